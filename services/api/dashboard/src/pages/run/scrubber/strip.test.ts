import { expect, test } from "vitest";
import { goldenHistory } from "@/core/testkit";
import { columnsOf, densities, jumpsOf, KINDS, keyJump, kindOf, marksOf, momentAt, placeOf } from "./strip";

const { events } = goldenHistory("retries_are_spent");

test("every event is in exactly one column, in order", () => {
  for (const width of [1, 3, 7, events.length, 10 * events.length]) {
    const columns = columnsOf(events, width);
    expect(columns).toHaveLength(Math.min(width, events.length));
    expect(columns[0]?.from).toBe(0);
    expect(columns.at(-1)?.to).toBe(events.length);
    for (const [place, column] of columns.entries()) {
      expect(column.from).toBe(columns[place - 1]?.to ?? 0);
      expect(KINDS.reduce((sum, kind) => sum + column.counts[kind], 0)).toBe(column.to - column.from);
    }
  }
});

test("a history without events has no columns and no labels", () => {
  expect(columnsOf([], 100)).toEqual([]);
  expect(marksOf(0, 1000)).toEqual([]);
});

test("a failure that is tried again is told apart from one that is not", () => {
  const kinds = events.filter(({ type }) => type === "TaskFailed").map(kindOf);
  expect(new Set(kinds)).toEqual(new Set(["retried", "failed"]));
});

test("where events come faster the strip stands higher", () => {
  const times = [0, 0, 1000, 2000, 2001, 2002, 2003];
  const columns = Array.from({ length: 6 }, (_, from) => ({ from, to: from + 1, counts: columnsOf([], 1) }));
  const [slow, , , , fast] = densities(columns as never, (n) => times[n] ?? 0);
  expect(fast).toBeGreaterThan(slow ?? 1);
});

test("the ends of the strip are the first event and the last, wherever outside the pointer is", () => {
  expect(momentAt(-50, 1000, 40)).toBe(1);
  expect(momentAt(0, 1000, 40)).toBe(1);
  expect(momentAt(1000, 1000, 40)).toBe(40);
  expect(momentAt(5000, 1000, 40)).toBe(40);
});

test("a pointer on the mark of a moment finds that moment", () => {
  for (let n = 1; n <= 40; n += 1) expect(momentAt(placeOf(n, 40) * 1000, 1000, 40)).toBe(n);
});

test("labels go from the first event to the last and never touch", () => {
  for (const width of [50, 320, 1400]) {
    const marks = marksOf(3001, width);
    expect(marks[0]?.n).toBe(1);
    expect(marks.at(-1)?.n).toBe(3001);
    expect(marks.length).toBeLessThanOrEqual(Math.max(2, width / 90));
  }
});

test("arrows go one event, with Shift a hundredth of all, and stop at the ends", () => {
  expect(keyJump("ArrowLeft", false, 5, 3001)).toEqual({ n: 4 });
  expect(keyJump("ArrowRight", true, 5, 3001)).toEqual({ n: 35 });
  expect(keyJump("ArrowRight", true, 5, 10)).toEqual({ n: 6 });
  expect(keyJump("ArrowLeft", true, 5, 3001)).toEqual({ n: 1 });
  expect(keyJump("ArrowRight", false, 3001, 3001)).toEqual({ n: 3001 });
});

test("Home is the first event, End the present, Space plays, and other keys do nothing", () => {
  expect(keyJump("Home", false, 5, 10)).toEqual({ n: 1 });
  expect(keyJump("End", false, 5, 10)).toEqual({ n: null });
  expect(keyJump(" ", false, 5, 10)).toBe("toggle");
  expect(keyJump("a", false, 5, 10)).toBeUndefined();
});

const press = (key: string) => ({ key, shift: false });

test.each([
  [[], []],
  [["Home"], [{ n: 1 }]],
  [["Home", "ArrowRight", "ArrowRight"], [{ n: 3 }]],
  [["ArrowLeft", "End"], [{ n: 50 }]],
  [
    ["Home", " "],
    [{ n: 1 }, "toggle"],
  ],
  [["Home", " ", "ArrowRight"], [{ n: 2 }]],
  [["Home", " ", " "], [{ n: 1 }]],
  [["x"], []],
])("the keys %j, pressed one after the other, come to %j", (keys, jumps) => {
  expect(jumpsOf(keys.map(press), 50, 50)).toEqual(jumps);
});

import { describe, expect, test } from "vitest";
import { History } from "@/core/history";
import { makePlan } from "@/core/plan";
import { goldenHistory, longRun } from "@/core/testkit";
import { EVERYTHING, type EventFilter, EventRows, TypeCounts, toggleType } from "./filter";

const nameOf = (taskId: string) =>
  taskId === "a" ? "Extract Sales" : taskId === "retries" ? "Tried again" : taskId;

function rowsOf(history: History, filter: Partial<EventFilter>): EventRows {
  const rows = new EventRows(history, { ...EVERYTHING, ...filter }, nameOf);
  while (!rows.advance(1000));
  return rows;
}

function positions(rows: EventRows): number[] {
  return Array.from({ length: rows.length }, (_, row) => rows.positionAt(row));
}

function typesOf(history: History, rows: EventRows): (string | undefined)[] {
  return positions(rows).map((position) => history.events[position]?.type);
}

describe("rows", () => {
  const history = goldenHistory("worker_is_lost");

  test("without a filter are all events", () => {
    expect(positions(rowsOf(history, {}))).toEqual(history.events.map((_, position) => position));
  });

  test("of some types are theirs alone", () => {
    const rows = rowsOf(history, { types: ["TaskLost", "TaskReturned"] });
    expect(typesOf(history, rows)).toEqual(["TaskLost", "TaskReturned"]);
  });

  test("are found by what they say, whatever the case, by type and by seq", () => {
    expect(typesOf(history, rowsOf(history, { text: " FELL silent " }))).toEqual(["TaskLost"]);
    expect(new Set(typesOf(history, rowsOf(history, { text: "taskready" })))).toEqual(new Set(["TaskReady"]));
    const seq = history.events[4]?.seq ?? 0;
    expect(positions(rowsOf(history, { text: String(seq) }))).toContain(4);
  });

  test("are found by the name of a task, and by its id", () => {
    const named = positions(rowsOf(history, { text: "extract sales" }));
    expect(named).toEqual(expect.arrayContaining([...history.positionsAt("a", history.length)]));
    const identified = rowsOf(goldenHistory("cancelled_in_the_middle"), { text: "retries" });
    expect(identified.length).toBeGreaterThan(0);
  });

  test("of a task are its events, and none for a task that the run does not have", () => {
    expect(positions(rowsOf(history, { task: "a" }))).toEqual(history.positionsAt("a", history.length));
    expect(rowsOf(history, { task: "nobody" }).length).toBe(0);
  });

  test("know the last one before a moment", () => {
    const rows = rowsOf(history, { types: ["TaskReady"] });
    const found = positions(rows);
    for (let n = 0; n <= history.length; n += 1) {
      expect(rows.rowAt(n)).toBe(found.filter((position) => position < n).length - 1);
    }
    expect(rowsOf(history, {}).rowAt(3)).toBe(2);
    expect(rows.positionAt(-1)).toBe(-1);
    expect(rows.positionAt(found.length)).toBe(-1);
  });
});

test("rows that are looked for bit by bit while the history grows are those found at once", () => {
  const { outline, events } = longRun(40);
  const history = new History("long-0", makePlan(outline));
  const filter = { ...EVERYTHING, types: ["TaskStarted"], text: "t1" };
  const growing = new EventRows(history, filter, nameOf);
  const ofTask = new EventRows(history, { ...EVERYTHING, task: "t7" }, nameOf);
  const counts = new TypeCounts(history);
  for (const event of events) {
    history.append([event]);
    growing.advance(1);
    ofTask.advance(1);
    counts.now();
  }
  expect(positions(growing)).toEqual(positions(rowsOf(history, filter)));
  expect(growing.length).toBe(11);
  expect(ofTask.length).toBe(3);
  expect(counts.now().get("TaskStarted")).toBe(40);
  expect([...counts.now().values()].reduce((sum, one) => sum + one)).toBe(history.length);
});

test("a type is switched on and off", () => {
  const on = toggleType(EVERYTHING, "TaskLost");
  expect(on.types).toEqual(["TaskLost"]);
  expect(toggleType(on, "TaskLost")).toEqual(EVERYTHING);
});

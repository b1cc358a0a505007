import { describe, expect, test } from "vitest";
import { goldenHistory } from "@/core/testkit";
import { filterRows, nextSorting, readSorting, type Spent, sortRows, spentAt, taskRows } from "./rows";

const history = goldenHistory("upstream_fails");
const rows = taskRows(history.stateAt(history.length), (id) => `Task ${id.toUpperCase()}`);
const spentOf = spentAt(history, history.length, history.timeAt(history.length), new WeakMap());
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe("narrowing", () => {
  test("finds tasks by a part of their name or id, whatever the case", () => {
    const [first] = rows;
    expect(filterRows(rows, [], `task ${first?.id}`)).toContainEqual(first);
    expect(filterRows(rows, [], "no such task")).toEqual([]);
  });

  test("finds tasks in any of several statuses", () => {
    const found = filterRows(rows, ["failed", "upstream_failed"], "");
    expect(found.length).toBeGreaterThan(1);
    expect(found.every(({ task }) => task.status !== "succeeded")).toBe(true);
  });

  test("without anything to narrow by gives the list itself", () => {
    expect(filterRows(rows, [], "")).toBe(rows);
  });
});

describe("sorting", () => {
  test("is read from the URL, and anything else counts as absent", () => {
    expect(readSorting("-ran")).toEqual({ key: "ran", descending: true });
    expect(readSorting("ran")).toEqual({ key: "ran", descending: false });
    expect(readSorting("__proto__")).toBeUndefined();
    expect(readSorting(undefined)).toBeUndefined();
  });

  test("a column goes up, then down, then back to the order of the definition", () => {
    expect(nextSorting("ran", undefined)).toBe("ran");
    expect(nextSorting("ran", readSorting("ran"))).toBe("-ran");
    expect(nextSorting("ran", readSorting("-ran"))).toBeUndefined();
    expect(nextSorting("task", readSorting("-ran"))).toBe("task");
  });

  test("what failed comes before what succeeded", () => {
    const sorted = sortRows(rows, readSorting("status"), spentOf);
    expect(sorted[0]?.task.status).toBe("failed");
    expect(sorted.at(-1)?.task.status).not.toBe("failed");
  });

  test("tasks without a figure stand last either way", () => {
    const none = new Set(rows.filter((row) => spentOf(row).ran === null).map(({ id }) => id));
    expect(none.size).toBeGreaterThan(0);
    for (const order of ["ran", "-ran"]) {
      const tail = sortRows(rows, readSorting(order), spentOf).slice(-none.size);
      expect(new Set(ids(tail))).toEqual(none);
    }
  });

  test("names are put in order as people count: 2 before 10", () => {
    const named = ["Step 10", "Step 2"].map((name, number) => ({ ...rows[0], id: name, name, number }));
    const sorted = sortRows(named as never, readSorting("task"), spentOf);
    expect(sorted.map(({ name }) => name)).toEqual(["Step 2", "Step 10"]);
  });
});

test("times of tasks that have ended are the same at every later moment, so they are kept", () => {
  const kept = new WeakMap<object, Spent>();
  const now = history.timeAt(history.length);
  const of = spentAt(history, history.length, now, kept);
  for (const row of rows) {
    const later = spentAt(history, history.length, now + 5000, new WeakMap());
    expect(later(row)).toEqual(of(row));
    expect(spentAt(history, history.length, now, kept)(row)).toBe(of(row));
  }
});

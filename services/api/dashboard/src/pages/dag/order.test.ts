import { expect, test } from "vitest";
import { topologicalOrder } from "./order";

function order(tasks: Record<string, string[]>): string {
  const listed = Object.entries(tasks).map(([task_id, dependencies]) => ({ task_id, dependencies }));
  return topologicalOrder(listed)
    .map((number) => listed[number]?.task_id)
    .join("");
}

test("a task comes after all it depends on", () => {
  expect(order({ d: ["b", "c"], b: ["a"], c: ["a"], a: [] })).toBe("abcd");
});

test("what is in order already stays as it is written", () => {
  expect(order({ z: [], y: [], x: ["z"], w: ["y"] })).toBe("zyxw");
});

test("what is not listed counts for nothing, and a ring ends", () => {
  expect(order({ a: ["gone"], b: ["c"], c: ["b"] })).toBe("acb");
});

test("a very deep chain is ordered", () => {
  const tasks = Array.from({ length: 50_000 }, (_, at) => ({
    task_id: String(at),
    dependencies: at < 49_999 ? [String(at + 1)] : [],
  }));
  expect(topologicalOrder(tasks)[0]).toBe(49_999);
});

import { expect, test } from "vitest";
import type { GridRun, GridTask } from "@/api/types";
import { statesOf } from "./states";

const TASKS = ["a", "b", "c"].map((task_id) => ({ task_id, name: task_id, dependencies: [] })) as GridTask[];
const run = (cells: string, durations_ms: (number | null)[]) => ({ cells, durations_ms }) as GridRun;

test("tasks that the run does not have are without a state", () => {
  expect([...statesOf(run("sr-", [5, null, null]), TASKS, new Map())]).toEqual([
    ["a", { status: "succeeded", attempt: 0, detail: "took 5 ms" }],
    ["b", { status: "running", attempt: 0 }],
  ]);
});

test("a state that says the same is the same object", () => {
  const before = statesOf(run("sr-", [5, null, null]), TASKS, new Map());
  const after = statesOf(run("ss-", [5, 7, null]), TASKS, before);
  expect(after.get("a")).toBe(before.get("a"));
  expect(after.get("b")).not.toBe(before.get("b"));
});

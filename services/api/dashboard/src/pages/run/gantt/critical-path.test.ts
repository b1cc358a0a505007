import { expect, test } from "vitest";
import { GOLDEN_RUNS, goldenHistory, goldenRun } from "@/core/testkit";
import { criticalPath } from "./critical-path";

function path(name: string, n?: number): (string | undefined)[] {
  const history = goldenHistory(name);
  return criticalPath(history, n ?? history.length).map((number) => history.plan.tasks[number]?.task_id);
}

test("before anything is ready there is no critical path", () => {
  expect(path("diamond_succeeds", 0)).toEqual([]);
  expect(path("diamond_succeeds", 2)).toEqual([]);
});

test("the path leads back from the last task over the dependency that ended last", () => {
  const history = goldenHistory("diamond_succeeds");
  const ready = history.events.find((event) => event.type === "TaskReady" && event.task_id === "d");
  const over = ready?.type === "TaskReady" ? ready.waited_for : "";
  expect(["b", "c"]).toContain(over);
  expect(path("diamond_succeeds")).toEqual(["a", over, "d"]);
});

test("while a run goes on the path leads to what is under way", () => {
  const history = goldenHistory("diamond_succeeds");
  const n = history.events.findIndex((event) => event.type === "TaskStarted" && event.task_id !== "a") + 1;
  expect(path("diamond_succeeds", n)[0]).toBe("a");
  expect(path("diamond_succeeds", n)).toHaveLength(2);
});

test.each([...GOLDEN_RUNS.keys()])("in %s the path follows dependencies, whatever the moment", (name) => {
  const history = goldenHistory(name);
  const { tasks } = goldenRun(name);
  for (let n = 0; n <= history.length; n += 3) {
    const numbers = criticalPath(history, n);
    for (const [place, number] of numbers.entries()) {
      const before = numbers[place - 1];
      if (before !== undefined) expect(tasks[number]?.dependencies).toContain(tasks[before]?.task_id);
    }
  }
});

import { describe, expect, test } from "vitest";
import LIFECYCLE from "../../../../../tests/golden/lifecycle.json";
import { readEvent } from "./events";
import { makePlan } from "./plan";
import { evolve, IllegalStepError } from "./run";
import { copyRun, newRun, type RunState } from "./state";
import { RUN_ENDED, RUN_LIFECYCLE, RUN_STATUSES, TASK_ENDED, TASK_LIFECYCLE, TASK_STATUSES } from "./status";
import { comparable, GOLDEN_RUNS, type GoldenRun, goldenRun, goldenStates } from "./testkit";

function fold(golden: GoldenRun, count: number): RunState {
  const run = newRun(golden.run_id, makePlan(golden.tasks));
  for (const { event } of golden.steps.slice(0, count)) evolve(run, readEvent(event));
  return run;
}

test("the lifecycles are the scheduler's", () => {
  expect(
    Object.fromEntries(RUN_STATUSES.map((status) => [status, RUN_LIFECYCLE[status].toSorted()])),
  ).toEqual(LIFECYCLE.run);
  const moving = TASK_STATUSES.filter((status) => Object.keys(TASK_LIFECYCLE[status]).length > 0);
  expect(Object.fromEntries(moving.map((status) => [status, TASK_LIFECYCLE[status]]))).toEqual(
    LIFECYCLE.task,
  );
  expect([...RUN_ENDED].toSorted()).toEqual(LIFECYCLE.run_ended);
  expect([...TASK_ENDED].toSorted()).toEqual(LIFECYCLE.task_ended);
});

test("there are golden runs", () => {
  expect(GOLDEN_RUNS.size).toBeGreaterThan(10);
});

describe.each([...GOLDEN_RUNS])("%s", (_name, golden) => {
  test("each event leaves the state that the scheduler came to", () => {
    const run = newRun(golden.run_id, makePlan(golden.tasks));
    const [first, ...expected] = goldenStates(golden);
    expect(comparable(run)).toEqual(first);
    for (const [place, { event }] of golden.steps.entries()) {
      evolve(run, readEvent(event));
      expect(comparable(run), `after event ${event.seq}`).toEqual(expected[place]);
    }
  });

  test("no event can happen twice, and the attempt leaves the state as it was", () => {
    const run = newRun(golden.run_id, makePlan(golden.tasks));
    for (const { event } of golden.steps) {
      evolve(run, readEvent(event));
      if (event.type === "FactRejected") continue;
      const before = copyRun(run);
      expect(() => evolve(run, readEvent({ ...event, seq: event.seq + 1 }))).toThrow(IllegalStepError);
      expect(run).toEqual(before);
    }
  });
});

test("nothing can happen to a run that was not requested", () => {
  const golden = goldenRun("diamond_succeeds");
  const run = fold(golden, 0);
  for (const { event } of golden.steps.slice(1)) {
    expect(() => evolve(run, readEvent(event))).toThrow("There is no run");
  }
});

test("nothing can happen to a task that the run does not have", () => {
  const run = fold(goldenRun("diamond_succeeds"), 2);
  const event = readEvent({ seq: 99, type: "TaskReady", at: null, task_id: "nobody", attempt: 1 });
  expect(() => evolve(run, event)).toThrow("has no task nobody");
});

test("a refused step says what was wrong", () => {
  const run = fold(goldenRun("diamond_succeeds"), 2);
  const event = readEvent({ seq: 99, type: "TaskSucceeded", at: null, task_id: "d", attempt: 1 });
  expect(() => evolve(run, event)).toThrow("is waiting: it cannot succeed");
});

test("an event that nobody can read changes nothing", () => {
  const run = fold(goldenRun("diamond_succeeds"), 5);
  const before = copyRun(run);
  evolve(run, readEvent({ seq: 99, type: "Unreadable", at: null, cause: "" }));
  evolve(run, readEvent({ seq: 100, type: "TaskPaused", at: "2026-01-01T00:00:00.000Z", task_id: "a" }));
  expect(run).toEqual(before);
});

test("a task that does not move is the same object in the next state", () => {
  const golden = goldenRun("diamond_succeeds");
  const run = fold(golden, 4);
  const before = copyRun(run);
  for (const { event } of golden.steps.slice(4, 5)) evolve(run, readEvent(event));
  expect(run.tasks.filter((task, number) => task === before.tasks[number])).toHaveLength(3);
});

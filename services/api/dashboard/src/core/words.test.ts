import { expect, test } from "vitest";
import { readEvent } from "./events";
import { GOLDEN_RUNS } from "./testkit";
import { describe, firstLine, originOf, statusAfter, tell } from "./words";

function event(type: string, fields: Readonly<Record<string, unknown>> = {}) {
  return readEvent({ seq: 7, type, at: "2026-01-01T00:00:02.000Z", cause: "log:3", run_id: "r", ...fields });
}

const READY = { task_id: "a", attempt: 1, queue: "q" };
const ON_WORKER = { task_id: "a", attempt: 2, worker: "w-1" };
const FAILED = { ...ON_WORKER, duration_ms: 34 };
const EXIT = { kind: "exit", message: "The command ended with exit code 1.\nand more", traceback: "" };
const IN_FIVE = { retry_at: "2026-01-01T00:00:07.000Z" };
const AT_ONCE = { retry_at: "2026-01-01T00:00:02.000Z" };

test.each([
  [
    "a (attempt 1) is ready on queue q: it depends on no other task.",
    "TaskReady",
    { ...READY, reason: "start" },
  ],
  [
    "a (attempt 1) is ready on queue q: it waited for b last.",
    "TaskReady",
    { ...READY, reason: "dependencies", waited_for: "b" },
  ],
  [
    "a (attempt 1) is ready on queue q: the worker of the attempt before was lost.",
    "TaskReady",
    { ...READY, reason: "lost" },
  ],
  ["Worker w-1 started a (attempt 2).", "TaskStarted", ON_WORKER],
  ["a (attempt 2) succeeded on w-1 in 12 ms.", "TaskSucceeded", { ...ON_WORKER, duration_ms: 12 }],
  [
    "a (attempt 2) failed on w-1 after 34 ms: The command ended with exit code 1. Another attempt follows in 5.00 s.",
    "TaskFailed",
    { ...FAILED, error: EXIT, exit_code: 1, ...IN_FIVE },
  ],
  [
    "a (attempt 2) failed on w-1 after 34 ms with exit code 3: Boom. No attempt follows.",
    "TaskFailed",
    { ...FAILED, error: { kind: "x", message: "Boom" }, exit_code: 3 },
  ],
  [
    "Worker w-1 fell silent while it ran a (attempt 2). Another attempt follows at once.",
    "TaskLost",
    { ...ON_WORKER, ...AT_ONCE },
  ],
  ["Worker w-1 gave back a (attempt 2). No attempt follows.", "TaskReturned", ON_WORKER],
  [
    "a (attempt 2) was cancelled: worker w-1 stopped it after 56 ms.",
    "TaskCancelled",
    { ...ON_WORKER, duration_ms: 56 },
  ],
  ["a was cancelled; it was not running.", "TaskCancelled", { task_id: "a" }],
  ["a will not run: b did not succeed.", "TaskUpstreamFailed", { task_id: "a", upstream: "b" }],
  [
    "A report (TaskStarted) about a (attempt 1) was refused: the task is cancelled.",
    "FactRejected",
    { task_id: "a", attempt: 1, fact: "TaskStarted", reason: "the task is cancelled" },
  ],
  ["The run is late by 1.50 s; it goes on as before.", "RunLate", { due: "2026-01-01T00:00:00.500Z" }],
  ["The run ended: failed.", "RunFinished", { status: "failed" }],
  ["An event that this page cannot read: TaskDreamt.", "TaskDreamt", {}],
])("an event says: %s", (words, type, fields) => {
  expect(describe(event(type, fields))).toBe(words);
});

test("the names of tasks stand apart from the words around them", () => {
  const parts = tell(event("TaskUpstreamFailed", { task_id: "a", upstream: "b" }));
  expect(parts.filter((part) => typeof part !== "string")).toEqual([{ task: "a" }, { task: "b" }]);
});

test("every event of every recorded run has words on one line, and an origin", () => {
  for (const { steps } of GOLDEN_RUNS.values()) {
    for (const step of steps) {
      const read = readEvent(step.event);
      expect(describe(read)).toMatch(/^\S.*\.$/);
      expect(originOf(read)).toBeDefined();
    }
  }
});

test("a decision names its event, a report names who made it", () => {
  expect(originOf(event("TaskReady"))).toEqual({ kind: "event", seq: 3 });
  const reported = (type: string, fields = {}) => originOf(event(type, { cause: "inbox:8-0", ...fields }));
  const outside = (text: string) => ({ kind: "outside", text });
  expect(reported("TaskStarted", ON_WORKER)).toEqual(outside("reported by w-1"));
  expect(reported("FactRejected", { fact: "TaskStarted" })).toEqual(outside("reported by a worker"));
  expect(reported("TaskLost", ON_WORKER)).toEqual(outside("noticed by the scheduler"));
  expect(reported("RunCancelled")).toEqual(outside("requested through the API"));
  expect(originOf(event("RunStarted", { cause: "" }))).toBeUndefined();
});

test("a failure that is followed by another attempt leaves the task retrying", () => {
  expect(statusAfter(event("TaskFailed", { ...ON_WORKER, ...IN_FIVE }))).toBe("retrying");
  expect(statusAfter(event("TaskFailed", ON_WORKER))).toBe("failed");
  expect(statusAfter(event("FactRejected"))).toBeNull();
});

test("of an error the first line that says something is shown", () => {
  expect(firstLine("\n  \r\nBoom\nat x")).toBe("Boom");
  expect(firstLine("")).toBe("");
});

import { describe, expect, test } from "vitest";
import type { Attempt } from "@/api/types";
import { sumsOf } from "@/core/segments";
import { concerns } from "./concerns";
import { spentBy, tookOf } from "./lane";

const START = Date.parse("2026-11-26T09:00:00.000Z");
const at = (ms: number) => new Date(START + ms).toISOString();

function attempt(
  number: number,
  ready: number,
  started: number | null,
  ended: number | null,
  retry_at: string | null = null,
): Attempt {
  return {
    attempt: number,
    status: ended === null ? "running" : "failed",
    reason: "start",
    waited_for: null,
    queue: "default",
    worker: "w",
    ready_at: at(ready),
    started_at: started === null ? null : at(started),
    ended_at: ended === null ? null : at(ended),
    retry_at,
    duration_ms: null,
    exit_code: null,
    error: null,
    output: null,
    lines: 0,
  };
}

function task(
  status: "waiting" | "running" | "retrying" | "failed" | "cancelled" | "upstream_failed",
  attempts: Attempt[],
  end?: number,
) {
  return {
    attempts,
    status,
    run_created_at: at(0),
    finished_at: end === undefined ? null : at(end),
  };
}

const told = (of: ReturnType<typeof task>, now: number) =>
  spentBy(of, START + now).map(({ kind, attempt, from, to }) => [kind, attempt, from - START, to - START]);

describe("where a task's time went", () => {
  test("each attempt waits, is queued and runs; between two the task waits to be tried again", () => {
    const two = task("failed", [attempt(1, 100, 110, 200), attempt(2, 500, 520, 600)], 600);
    expect(told(two, 9999)).toEqual([
      ["dependencies", 1, 0, 100],
      ["queue", 1, 100, 110],
      ["run", 1, 110, 200],
      ["retry", 2, 200, 500],
      ["queue", 2, 500, 520],
      ["run", 2, 520, 600],
    ]);
    expect(sumsOf(spentBy(two, START + 9999))).toEqual({
      dependencies: 100,
      queue: 30,
      run: 170,
      retry: 300,
    });
  });

  test("what has not ended lasts until now", () => {
    expect(told(task("waiting", []), 50)).toEqual([["dependencies", 1, 0, 50]]);
    expect(told(task("running", [attempt(1, 10, 20, null)]), 50)).toEqual([
      ["dependencies", 1, 0, 10],
      ["queue", 1, 10, 20],
      ["run", 1, 20, 50],
    ]);
    const retrying = task("retrying", [attempt(1, 10, 20, 40, at(100))], 40);
    expect(told(retrying, 90).at(-1)).toEqual(["retry", 2, 40, 90]);
  });

  test("a task that never was tried waited until that was decided", () => {
    expect(told(task("upstream_failed", [], 300), 9999)).toEqual([["dependencies", 1, 0, 300]]);
  });

  test("an attempt that ended before it began was queued until then", () => {
    expect(told(task("failed", [attempt(1, 0, null, 70)], 70), 9999)).toEqual([["queue", 1, 0, 70]]);
  });

  test("a wait for another attempt lasts until the task was given up", () => {
    const given = task("cancelled", [attempt(1, 0, 20, 40, at(100))], 60);
    expect(told(given, 9999).at(-1)).toEqual(["retry", 2, 40, 60]);
  });

  test("how long an attempt ran is told by its worker where it has", () => {
    const measured = { ...attempt(1, 10, 20, 120), duration_ms: 80 };
    const failed = task("failed", [measured], 120);
    expect(sumsOf(spentBy(failed, START + 200), tookOf(failed)).run).toBe(80);
  });

  test("a clock that is behind makes no time negative", () => {
    expect(told(task("running", [attempt(1, 0, 20, null)]), 5)).toEqual([["queue", 1, 0, 20]]);
  });
});

describe("which events change the page of a task", () => {
  const event = (type: string, fields: object) => ({ type, data: JSON.stringify(fields) });

  test("those of the task and of its run, not those of others", () => {
    expect(concerns(event("TaskReady", { task_id: "a" }), "a")).toBe(true);
    expect(concerns(event("RunFinished", { run_id: "r" }), "a")).toBe(true);
    expect(concerns(event("LogForked", { kept_seq: 3 }), "a")).toBe(true);
    expect(concerns(event("TaskReady", { task_id: "ab" }), "a")).toBe(false);
    expect(concerns(event("TaskReady", { task_id: "b", waited_for: "a" }), "a")).toBe(false);
  });

  test("an id in any script is found however it is written", () => {
    const data = '{"task_id":"\\u00e4\\"b"}';
    expect(concerns({ type: "TaskReady", data }, 'ä"b')).toBe(true);
  });
});

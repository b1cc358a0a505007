import { expect, test } from "vitest";
import { goldenHistory } from "./testkit";

const T0 = Date.UTC(2026, 0, 1);

function outline(name: string, taskId: string, n?: number): unknown {
  const history = goldenHistory(name);
  const { attempts, wait } = history.laneAt(taskId, n ?? history.length);
  const seconds = (ms: number) => (ms === 0 ? 0 : Math.round((ms - T0) / 1000));
  return {
    attempts: attempts.map(({ waiting_since, ready_at, started_at, ended_at, end, retry_at }) => [
      ...[waiting_since, ready_at, started_at, ended_at].map(seconds),
      end,
      seconds(retry_at),
    ]),
    wait: wait && [wait.kind, seconds(wait.since), seconds(wait.until)],
  };
}

test("a further attempt waits from the end of the one before", () => {
  expect(outline("retries_are_spent", "a")).toEqual({
    attempts: [
      [2, 2, 3, 4, "failed", 9],
      [4, 64, 65, 66, "failed", 77],
      [66, 126, 127, 128, "failed", 0],
    ],
    wait: null,
  });
});

test("between attempts a task waits for the next", () => {
  expect(outline("retries_are_spent", "a", 5)).toEqual({
    attempts: [[2, 2, 3, 4, "failed", 9]],
    wait: ["retry", 4, 0],
  });
});

test("a task that was not made ready waits since the run was requested", () => {
  expect(outline("diamond_succeeds", "d", 6)).toEqual({ attempts: [], wait: ["first", 2, 0] });
  expect(outline("diamond_succeeds", "d", 0)).toEqual({ attempts: [], wait: null });
});

test("cancelled tasks end where they stood: ready, running, between attempts, waiting", () => {
  expect(outline("cancelled_in_the_middle", "ready")).toEqual({
    attempts: [[2, 2, 0, 5, "cancelled", 0]],
    wait: null,
  });
  expect(outline("cancelled_in_the_middle", "runs")).toEqual({
    attempts: [[2, 2, 3, 7, "cancelled", 0]],
    wait: null,
  });
  expect(outline("cancelled_in_the_middle", "retries")).toEqual({
    attempts: [[2, 2, 3, 4, "failed", 9]],
    wait: ["retry", 4, 5],
  });
  expect(outline("cancelled_in_the_middle", "waits")).toEqual({ attempts: [], wait: ["first", 2, 5] });
});

test("a task whose dependency failed waited until it was given up", () => {
  expect(outline("upstream_fails", "b")).toEqual({ attempts: [], wait: ["first", 2, 4] });
});

test("attempts that were lost or given back are followed by others", () => {
  const history = goldenHistory("worker_is_lost");
  const { attempts } = history.laneAt("a", history.length);
  expect(attempts.map(({ end, worker, reason }) => [end, worker, reason])).toEqual([
    ["lost", "worker-1", "start"],
    ["returned", "worker-2", "lost"],
    ["succeeded", "worker-3", "returned"],
  ]);
});

test("the events of a task are found, refused reports among them", () => {
  const history = goldenHistory("worker_is_lost");
  const types = history.positionsAt("a", history.length).map((position) => history.events[position]?.type);
  expect(types).toContain("FactRejected");
  expect(types.at(0)).toBe("TaskReady");
  expect(types.at(-1)).toBe("TaskSucceeded");
});

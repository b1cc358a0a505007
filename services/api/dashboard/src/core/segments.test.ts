import { expect, test } from "vitest";
import { segmentsOf, sumsOf } from "./segments";
import { GOLDEN_RUNS, goldenHistory } from "./testkit";

const T0 = Date.UTC(2026, 0, 1);

function told(name: string, taskId: string, n?: number): string[] {
  const history = goldenHistory(name);
  const moment = n ?? history.length;
  return segmentsOf(history.laneAt(taskId, moment), history.timeAt(moment)).map(
    ({ kind, attempt, from, to, open, end, givenUp }) =>
      `${kind} ${attempt}: ${(from - T0) / 1000}-${(to - T0) / 1000}${open ? " …" : ""}${end ? ` ${end}` : ""}${givenUp ? " given up" : ""}`,
  );
}

test("a retried task waits, queues and runs by turns", () => {
  expect(told("retries_are_spent", "a")).toEqual([
    "dependencies 1: 2-2",
    "queue 1: 2-3",
    "run 1: 3-4 failed",
    "retry 2: 4-64",
    "queue 2: 64-65",
    "run 2: 65-66 failed",
    "retry 3: 66-126",
    "queue 3: 126-127",
    "run 3: 127-128 failed",
  ]);
});

test("what goes on lasts until now", () => {
  expect(told("retries_are_spent", "a", 4)).toEqual(["dependencies 1: 2-2", "queue 1: 2-3", "run 1: 3-3 …"]);
  expect(told("retries_are_spent", "a", 5).at(-1)).toBe("retry 2: 4-4 …");
});

test("what was cancelled ends where it stood", () => {
  expect(told("cancelled_in_the_middle", "ready").at(-1)).toBe("queue 1: 2-5 cancelled");
  expect(told("cancelled_in_the_middle", "runs").at(-1)).toBe("run 1: 3-7 cancelled");
  expect(told("cancelled_in_the_middle", "retries").at(-1)).toBe("retry 2: 4-5 given up");
  expect(told("cancelled_in_the_middle", "waits")).toEqual(["dependencies 1: 2-5 given up"]);
});

test.each([...GOLDEN_RUNS])(
  "in %s the stretches of a task follow one another without a gap",
  (name, { tasks }) => {
    const history = goldenHistory(name);
    for (let n = 0; n <= history.length; n += 5) {
      for (const { task_id } of tasks) {
        const segments = segmentsOf(history.laneAt(task_id, n), history.timeAt(n));
        for (const [place, { from, to }] of segments.entries()) {
          expect(to).toBeGreaterThanOrEqual(from);
          expect(segments[place + 1]?.from ?? to).toBe(to);
        }
      }
    }
  },
);

test("what each kind of stretch took is added up, a stretch that would be negative counting for nothing", () => {
  const history = goldenHistory("retries_are_spent");
  const segments = segmentsOf(history.laneAt("a", history.length), history.timeAt(history.length));
  const sums = { dependencies: 0, queue: 3000, run: 3000, retry: 120_000 };
  expect(sumsOf(segments)).toEqual(sums);
  expect(sumsOf(segments.map((one) => ({ ...one, to: one.from - 5 })))).toEqual({
    dependencies: 0,
    queue: 0,
    run: 0,
    retry: 0,
  });
  expect(sumsOf(segments, ({ kind }) => (kind === "run" ? 1 : 0)).run).toBe(3);
});

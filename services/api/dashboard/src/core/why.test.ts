import { describe, expect, test } from "vitest";
import { durationsAt } from "./durations";
import { History } from "./history";
import { makePlan } from "./plan";
import type { Reason } from "./reasons";
import { TASK_ENDED } from "./status";
import { GOLDEN_RUNS, goldenHistory, goldenRun } from "./testkit";
import { type Explanation, explain } from "./why";

const T0 = Date.UTC(2026, 0, 1);
const ERROR = { kind: "exit", message: "The command ended with exit code 1.", traceback: "" };

/** Explain a task at the moment after the `count`-th event of a type, or at the end. */
function why(name: string, taskId: string, type?: string, count = 1): Explanation {
  const history = goldenHistory(name);
  const moments = history.events.flatMap((event, place) => (event.type === type ? [place + 1] : []));
  return explain(history, taskId, type === undefined ? history.length : moments[count - 1]);
}

function kinds(reasons: readonly Reason[]): string[] {
  return reasons.map(({ kind, task_id }) => `${kind} ${task_id}`);
}

function at(seconds: number): number {
  return T0 + seconds * 1000;
}

test("a waiting task names the dependencies that have not succeeded, their status, and since when", () => {
  const { status, reasons } = why("diamond_succeeds", "d", "TaskSucceeded", 2);
  expect(status).toBe("waiting");
  expect(reasons).toEqual([{ kind: "open_dependency", task_id: "b", status: "running", seq: 9, at: at(5) }]);
});

test("before the run has started, that is why", () => {
  expect(why("diamond_succeeds", "a", "RunRequested").reasons).toEqual([
    { kind: "run_not_started", task_id: "a", seq: 2, at: at(2) },
  ]);
});

test("a task with nothing in its way waits for the scheduler to come to it", () => {
  expect(why("diamond_succeeds", "a", "RunStarted").reasons).toEqual([
    { kind: "awaits_release", task_id: "a", waited_for: "", seq: 3, at: at(2) },
  ]);
  expect(why("diamond_succeeds", "c", "TaskSucceeded").reasons).toEqual([
    { kind: "awaits_release", task_id: "c", waited_for: "a", seq: 6, at: at(4) },
  ]);
});

test("of several dependencies, the one that ended last is what a task had waited for", () => {
  const { reasons, durations } = why("diamond_succeeds", "d", "TaskSucceeded", 3);
  expect(reasons).toEqual([{ kind: "awaits_release", task_id: "d", waited_for: "b", seq: 12, at: at(7) }]);
  expect(durations).toMatchObject({ dependencies_ms: 5000, critical: { task_id: "b", seq: 12, at: at(7) } });
});

test("while a dependency has not ended, none is the critical one", () => {
  expect(why("diamond_succeeds", "d", "TaskSucceeded", 2).durations.critical).toBeNull();
});

test("a ready task tells its queue, and which event released it", () => {
  const { at: since, seq, reasons } = why("diamond_succeeds", "d", "TaskReady", 4);
  expect([since, seq]).toEqual([at(7), 13]);
  expect(reasons).toEqual([
    { kind: "queued", task_id: "d", queue: "default", attempt: 1, seq: 13, at: at(7) },
    { kind: "released", task_id: "d", reason: "dependencies", waited_for: "b", seq: 12, at: at(7) },
  ]);
});

test("a retrying task tells how the attempt ended, when the next is due and how many are left", () => {
  const { status, reasons } = why("retries_are_spent", "a", "TaskFailed");
  const [ended, retry] = reasons;
  expect(status).toBe("retrying");
  expect(ended).toMatchObject({
    kind: "attempt_ended",
    attempt: 1,
    end: "failed",
    exit_code: 1,
    error: ERROR,
  });
  expect(ended).toMatchObject({ seq: 6, at: at(4), worker: "worker-1" });
  expect(retry).toMatchObject({ kind: "retry_due", attempts_left: 2, failures: 1, losses: 0, seq: 6 });
  expect(retry?.kind === "retry_due" && retry.due > at(8)).toBe(true);
});

test("of a task whose retries are not known it is not said how many attempts are left", () => {
  const golden = goldenRun("retries_are_spent");
  const history = new History(
    golden.run_id,
    makePlan(golden.tasks.map((task) => ({ ...task, retries: null }))),
  );
  history.append(golden.steps.slice(0, 5).map(({ event }) => event));
  expect(explain(history, "a").reasons.at(-1)).toMatchObject({ kind: "retry_due", attempts_left: null });
});

test("a failed task tells every attempt and that the retries are spent", () => {
  const { reasons } = why("retries_are_spent", "a");
  expect(kinds(reasons)).toEqual(["attempt_ended a", "attempt_ended a", "attempt_ended a", "gave_up a"]);
  expect(reasons.at(-1)).toMatchObject({ because: "retries_spent", attempts: 3, failures: 3, retries: 2 });
});

test("a task that failed as lost says so", () => {
  const { reasons } = why("lost_too_often", "killer");
  expect(reasons.at(-1)).toMatchObject({
    kind: "gave_up",
    because: "lost_too_often",
    losses: 3,
    failures: 0,
  });
  expect(reasons.at(-2)).toMatchObject({ end: "lost", error: { kind: "lost" } });
});

test("a task that failed after the cancellation was given up because of that", () => {
  for (const task of ["fails", "lost", "returned"]) {
    const { status, reasons } = why("cancelled_while_failing", task);
    expect(status).toBe("failed");
    expect(reasons.at(-2)).toMatchObject({ kind: "gave_up", because: "run_cancelled" });
    expect(reasons.at(-1)).toMatchObject({ kind: "run_cancelled" });
  }
});

test("what failed before the run was cancelled is not blamed on that", () => {
  const { steps } = goldenRun("upstream_fails");
  const failure = steps.findIndex(({ event }) => event.type === "TaskFailed");
  const history = goldenHistory("upstream_fails", failure + 1);
  const { seq, run_id } = history.events.at(-1) ?? {};
  history.append([{ seq: Number(seq) + 1, type: "RunCancelled", at: "2026-01-01T00:01:00.000Z", run_id }]);
  expect(history.stateAt(history.length).status).toBe("cancelling");
  expect(kinds(explain(history, "a").reasons)).toEqual(["attempt_ended a", "gave_up a"]);
  expect(explain(history, "a").reasons.at(-1)).toMatchObject({ because: "retries_spent" });
});

test("a task that will not run leads to the root cause, step by step", () => {
  const { reasons } = why("lost_too_often", "last");
  expect(kinds(reasons).slice(0, 3)).toEqual(["upstream after", "upstream next", "upstream killer"]);
  expect(reasons.slice(0, 3).map((reason) => reason.kind === "upstream" && reason.root)).toEqual([
    false,
    false,
    true,
  ]);
  expect(kinds(reasons).slice(3)).toEqual([
    ...Array.from({ length: 3 }, () => "attempt_ended killer"),
    "gave_up killer",
  ]);
});

test("a cancelled task tells by which event, and what it was before", () => {
  const before = ["waits", "retries", "ready", "runs"].map((task) => why("cancelled_in_the_middle", task));
  const cancellations = before.map(({ reasons }) =>
    reasons.map((one) => [one.kind, "before" in one && one.before]),
  );
  expect(cancellations).toEqual(
    ["waiting", "retrying", "ready", "running"].map((status) => [
      ["run_cancelled", false],
      ["task_cancelled", status],
    ]),
  );
  expect(before[3]?.reasons.at(-1)).toMatchObject({ worker: "worker-1" });
  expect(before[0]?.reasons[0]).toMatchObject({ at: at(5) });
});

test("a task of a run that is being cancelled tells that first", () => {
  const { status, reasons } = why("cancelled_in_the_middle", "waits", "RunCancelled");
  expect(status).toBe("waiting");
  expect(kinds(reasons)).toEqual(["run_cancelled waits", "open_dependency runs"]);
});

test("a running task tells its worker, what released it and how earlier attempts ended", () => {
  const { reasons } = why("worker_is_lost", "a", "TaskStarted", 2);
  expect(kinds(reasons)).toEqual(["running a", "released a", "attempt_ended a"]);
  expect(reasons[0]).toMatchObject({ worker: "worker-2", attempt: 2 });
  expect(reasons[1]).toMatchObject({ reason: "lost", seq: reasons[2]?.seq });
});

test("the durations tell dependencies, queue, work and waits between attempts apart", () => {
  const { durations } = why("chain_stumbles", "step-3");
  expect(durations).toMatchObject({
    dependencies_ms: 4000,
    release_ms: 0,
    queued_ms: 2000,
    ran_ms: 2000,
    retry_ms: 60_000,
    total_ms: 68_000,
    critical: { task_id: "step-2", at: at(6) },
  });
});

test("what has not ended lasts until now", () => {
  const history = goldenHistory("diamond_succeeds", 4);
  expect(durationsAt(history, "a", 4, at(100))).toMatchObject({ ran_ms: 97_000, queued_ms: 1000 });
  expect(durationsAt(history, "a", 4)).toMatchObject({ ran_ms: 0, queued_ms: 1000, total_ms: 1000 });
  expect(durationsAt(history, "d", 4, at(100))).toMatchObject({ dependencies_ms: 98_000, critical: null });
});

test("of a task that will not run, the critical dependency is the one that failed", () => {
  expect(why("upstream_fails", "b").durations.critical).toMatchObject({ task_id: "a" });
  // Of the other, x, it is not so although that ended later.
  expect(why("upstream_fails", "c").durations.critical).toMatchObject({ task_id: "b" });
});

const WITH_A_STEADY_CLOCK = [...GOLDEN_RUNS].filter(([name]) => name !== "clock_is_set_back");

test.each(WITH_A_STEADY_CLOCK)("the parts of a task's time add up: %s", (name, golden) => {
  const history = goldenHistory(name);
  for (let n = 0; n <= history.length; n += 1) {
    for (const { task_id } of golden.tasks) {
      const { total_ms, critical, ...parts } = durationsAt(history, task_id, n);
      const sum = Object.values(parts).reduce((total, part) => total + part, 0);
      expect(sum, `${task_id} at ${n}, critical ${critical?.task_id}`).toBe(total_ms);
    }
  }
});

describe.each([...GOLDEN_RUNS])("%s", (name, golden) => {
  const history = goldenHistory(name);

  test("every task that has not just been requested has reasons, and each rests on an event by then", () => {
    for (let n = 1; n <= history.length; n += 1) {
      for (const { task_id } of golden.tasks) {
        const { seq, reasons } = explain(history, task_id, n);
        expect(reasons.length, `${task_id} at ${n}`).toBeGreaterThan(0);
        const seqs = [seq, ...reasons.map((reason) => reason.seq)];
        expect(seqs.filter((one) => history.eventOf(one) === undefined || one > history.seqAt(n))).toEqual(
          [],
        );
      }
    }
  });

  test("each task that did not succeed leads to a failure or to the cancellation", () => {
    for (const { task_id } of golden.tasks) {
      const { status, reasons } = explain(history, task_id);
      expect(TASK_ENDED.has(status)).toBe(true);
      const roots = reasons.filter(({ kind }) => kind === "gave_up" || kind === "run_cancelled");
      expect(roots.length > 0, task_id).toBe(status !== "succeeded");
    }
  });
});

test("retries that were not known when the history began may be told later", () => {
  const { run_id, tasks, steps } = goldenRun("retries_are_spent");
  const history = new History(run_id, makePlan(tasks.map((task) => ({ ...task, retries: null }))));
  history.append(steps.map(({ event }) => event));
  const failed = history.plan.tasks.find(({ task_id }) =>
    explain(history, task_id).reasons.some(({ kind }) => kind === "gave_up"),
  );
  const id = failed?.task_id ?? "";
  const told = explain(history, id, history.length, history.timeAt(history.length), new Map([[id, 2]]));
  expect(explain(history, id).reasons).toContainEqual(expect.objectContaining({ retries: null }));
  expect(told.reasons).toContainEqual(expect.objectContaining({ kind: "gave_up", retries: 2 }));
});

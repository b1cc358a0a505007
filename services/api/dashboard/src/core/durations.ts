/** Where the time of a task went, up to a moment. */

import type { EventLink, History } from "./history";
import type { Lane } from "./lanes";
import { segmentsOf, sumsOf } from "./segments";
import type { RunSnapshot, TaskState } from "./state";
import { TASK_ENDED } from "./status";

/** The dependency that a task waited for longest, and the event that ended it. */
export interface Critical extends EventLink {
  readonly task_id: string;
}

/**
 * How long a task was what, in ms since the run was requested; the parts add up to `total_ms` unless the
 * clock was set back. Of a task that has not ended they grow until `now`.
 */
export interface Durations {
  /** Until the last of its dependencies ended; 0 without any. */
  readonly dependencies_ms: number;
  /** From there until it was put on a queue for the first time: the scheduler had not come to it yet. */
  readonly release_ms: number;
  /** On a queue, over all attempts. */
  readonly queued_ms: number;
  /** In the hands of a worker, over all attempts. */
  readonly ran_ms: number;
  /** Between attempts. */
  readonly retry_ms: number;
  readonly total_ms: number;
  readonly critical: Critical | null;
}

export function durationsAt(history: History, taskId: string, n: number, now = history.timeAt(n)): Durations {
  const state = history.stateAt(n);
  const task = state.tasks[history.numberOf(taskId)];
  const lane = history.laneAt(taskId, n);
  if (task === undefined || state.seq === 0) return NOTHING;
  const critical = criticalDependency(state, taskId, task, lane);
  const created = state.created_at;
  const waited = lane.attempts[0]?.ready_at ?? (lane.wait?.until || now);
  const hasDependencies = dependenciesOf(state, taskId).length > 0;
  const free = hasDependencies ? Math.min(critical?.at ?? waited, waited) : created;
  const sums = sumsOf(segmentsOf(lane, now));
  const release = Math.min(span(free, waited), sums.dependencies);
  return {
    dependencies_ms: sums.dependencies - release,
    release_ms: release,
    queued_ms: sums.queue,
    ran_ms: sums.run,
    retry_ms: sums.retry,
    total_ms: span(created, TASK_ENDED.has(task.status) ? task.finished_at : now),
    critical,
  };
}

const NOTHING: Durations = {
  dependencies_ms: 0,
  release_ms: 0,
  queued_ms: 0,
  ran_ms: 0,
  retry_ms: 0,
  total_ms: 0,
  critical: null,
};

/**
 * Return which dependency decided when the task could start, or that it could not: null where it has none, or
 * where some that may yet decide have not ended.
 */
function criticalDependency(
  state: RunSnapshot,
  taskId: string,
  task: TaskState,
  lane: Lane,
): Critical | null {
  const [first] = lane.attempts;
  if (first !== undefined) return ended(state, first.waited_for);
  if (task.upstream !== "") return ended(state, task.upstream);
  const dependencies = dependenciesOf(state, taskId).map((id) => ended(state, id));
  const known = dependencies.filter((dependency) => dependency !== null);
  if (known.length < dependencies.length) return null;
  return known.reduce<Critical | null>(
    (last, one) => (last === null || one.seq > last.seq ? one : last),
    null,
  );
}

function ended(state: RunSnapshot, taskId: string): Critical | null {
  const task = state.tasks[state.plan.number.get(taskId) ?? -1];
  if (task === undefined || !TASK_ENDED.has(task.status)) return null;
  return { task_id: taskId, seq: task.seq, at: task.finished_at };
}

function dependenciesOf(state: RunSnapshot, taskId: string): readonly string[] {
  return state.plan.tasks[state.plan.number.get(taskId) ?? -1]?.dependencies ?? [];
}

function span(from: number, to: number): number {
  return Math.max(0, to - from);
}

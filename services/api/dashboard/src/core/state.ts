/** What is kept of a run and its tasks as events come in. Only `evolve` in `run.ts` changes it. */

import type { TaskError } from "./events";
import type { Plan } from "./plan";
import { type RunStatus, TASK_STATUSES, type TaskStatus } from "./status";

/**
 * One task of a run. Times are ms since the epoch, 0 for not yet.
 *
 * `seq` is the last event about the task, `ready_seq` the one that made the present attempt ready. `failures`
 * counts against the retries, `losses` does not. `due` is when a retrying task is ready again, `reason` why
 * it retries.
 *
 * It is never changed: a task that moves is another object, one that does not is the same in every later
 * state. So two states share most of their tasks, and who shows them sees at a glance what moved.
 */
export interface TaskState {
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly queue: string;
  readonly worker: string;
  readonly ready_at: number;
  readonly started_at: number;
  readonly finished_at: number;
  readonly due: number;
  readonly reason: string;
  readonly exit_code: number | null;
  readonly error: TaskError | null;
  readonly output: unknown;
  readonly upstream: string;
  readonly seq: number;
  readonly ready_seq: number;
}

/**
 * A run and its tasks by number. `seq` is the last event that changed it, 0 before it is in the log;
 * `status_seq` the one that gave it its present status. `late_at` is when it was found to be late, 0 while it
 * was not. `counts` says how many tasks stand in each status.
 */
export interface RunState {
  run_id: string;
  dag_id: string;
  version: string;
  status: RunStatus;
  created_at: number;
  started_at: number;
  finished_at: number;
  late_at: number;
  seq: number;
  status_seq: number;
  readonly counts: Record<TaskStatus, number>;
  readonly tasks: TaskState[];
  readonly plan: Plan;
}

/** A state that is looked at and never changes again. */
export type RunSnapshot = Readonly<Omit<RunState, "counts" | "tasks">> & {
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly tasks: readonly TaskState[];
};

/** A task to which nothing has happened. */
export const UNTOUCHED: TaskState = Object.freeze({
  status: "waiting",
  attempt: 0,
  failures: 0,
  losses: 0,
  queue: "",
  worker: "",
  ready_at: 0,
  started_at: 0,
  finished_at: 0,
  due: 0,
  reason: "",
  exit_code: null,
  error: null,
  output: null,
  upstream: "",
  seq: 0,
  ready_seq: 0,
});

/** Return a run of which the log does not know yet. */
export function newRun(runId: string, plan: Plan): RunState {
  const none = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;
  return {
    run_id: runId,
    dag_id: "",
    version: "",
    status: "requested",
    created_at: 0,
    started_at: 0,
    finished_at: 0,
    late_at: 0,
    seq: 0,
    status_seq: 0,
    counts: { ...none, waiting: plan.tasks.length },
    tasks: plan.tasks.map(() => UNTOUCHED),
    plan,
  };
}

/** Return a state that changes apart from the one it was. */
export function copyRun(run: RunSnapshot): RunState {
  return { ...run, counts: { ...run.counts }, tasks: run.tasks.slice() };
}

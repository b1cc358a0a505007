/**
 * The lifecycles of a run and of a task, as tables: what is not in them cannot happen.
 *
 * They are those of the scheduler (`penstock.core.status`); a test holds the one to the other.
 */

export const RUN_STATUSES = [
  "requested",
  "running",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

export const TASK_STATUSES = [
  "waiting",
  "ready",
  "running",
  "retrying",
  "succeeded",
  "failed",
  "skipped",
  "upstream_failed",
  "cancelled",
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

/** What can happen to a task. */
export type Step = "ready" | "start" | "succeed" | "fail" | "retry" | "block" | "cancel";

export const RUN_ENDED: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "cancelled"]);

export const TASK_ENDED: ReadonlySet<TaskStatus> = new Set([
  "succeeded",
  "failed",
  "skipped",
  "upstream_failed",
  "cancelled",
]);

/** Where a run may go from each status. */
export const RUN_LIFECYCLE: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  requested: ["running", "cancelling"],
  running: ["succeeded", "failed", "cancelling"],
  cancelling: ["cancelled"],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** Where a step leads a task from each status. */
export const TASK_LIFECYCLE: Readonly<Record<TaskStatus, Readonly<Partial<Record<Step, TaskStatus>>>>> = {
  waiting: { ready: "ready", block: "upstream_failed", cancel: "cancelled" },
  ready: { start: "running", cancel: "cancelled" },
  running: { succeed: "succeeded", fail: "failed", retry: "retrying", cancel: "cancelled" },
  retrying: { ready: "ready", cancel: "cancelled" },
  succeeded: {},
  failed: {},
  skipped: {},
  upstream_failed: {},
  cancelled: {},
};

const runStatuses: ReadonlySet<unknown> = new Set(RUN_STATUSES);

export function isRunStatus(value: unknown): value is RunStatus {
  return runStatuses.has(value);
}

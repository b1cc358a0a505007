/** What can be said of why a task stands where it stands. Times are ms since the epoch. */

import type { TaskError } from "./events";
import type { EventLink } from "./history";
import type { AttemptEnd } from "./lanes";
import type { TaskStatus } from "./status";

/** Every reason is about a task, and has the event that it rests on and the time since when it holds. */
interface Grounds extends EventLink {
  readonly task_id: string;
}

/** No scheduler has started the run yet. */
export interface RunNotStarted extends Grounds {
  readonly kind: "run_not_started";
}

/** A dependency (`task_id`) has not succeeded; it is in `status` since `at`. */
export interface OpenDependency extends Grounds {
  readonly kind: "open_dependency";
  readonly status: TaskStatus;
}

/**
 * Nothing is in the way since `at`, when `waited_for` ended: the scheduler releases the tasks of a run bit by
 * bit.
 */
export interface AwaitsRelease extends Grounds {
  readonly kind: "awaits_release";
  readonly waited_for: string;
}

/** The attempt is on a queue and no worker has taken it. */
export interface Queued extends Grounds {
  readonly kind: "queued";
  readonly queue: string;
  readonly attempt: number;
}

/**
 * What put the task on its queue. `seq` is the event that did: the end of `waited_for`, say, or of an
 * attempt.
 */
export interface Released extends Grounds {
  readonly kind: "released";
  readonly reason: string;
  readonly waited_for: string;
}

/** A worker has the attempt. */
export interface Running extends Grounds {
  readonly kind: "running";
  readonly worker: string;
  readonly attempt: number;
}

export interface AttemptEnded extends Grounds {
  readonly kind: "attempt_ended";
  readonly attempt: number;
  readonly end: AttemptEnd;
  readonly worker: string;
  readonly exit_code: number | null;
  readonly error: TaskError | null;
}

/** Another attempt follows at `due`. `attempts_left` counts it; null where the retries are not known. */
export interface RetryDue extends Grounds {
  readonly kind: "retry_due";
  readonly due: number;
  readonly attempts_left: number | null;
  readonly failures: number;
  readonly losses: number;
}

/** No attempt follows any more, and why. */
export interface GaveUp extends Grounds {
  readonly kind: "gave_up";
  readonly because: "retries_spent" | "lost_too_often" | "run_cancelled";
  readonly attempts: number;
  readonly failures: number;
  readonly losses: number;
  readonly retries: number | null;
}

/** One step up from a task that will not run: `task_id` ended in `status`. The last one is the root cause. */
export interface Upstream extends Grounds {
  readonly kind: "upstream";
  readonly status: TaskStatus;
  readonly root: boolean;
}

/** The task ended because its run was cancelled; it was `before`, and if it ran, `worker` killed it. */
export interface TaskWasCancelled extends Grounds {
  readonly kind: "task_cancelled";
  readonly before: TaskStatus;
  readonly worker: string;
}

export interface RunWasCancelled extends Grounds {
  readonly kind: "run_cancelled";
}

export type Reason =
  | RunNotStarted
  | OpenDependency
  | AwaitsRelease
  | Queued
  | Released
  | Running
  | AttemptEnded
  | RetryDue
  | GaveUp
  | Upstream
  | TaskWasCancelled
  | RunWasCancelled;

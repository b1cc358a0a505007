/** The reasons why a task stands where it stands, told in plain words with places to go to. */

import type {
  AttemptEnded,
  GaveUp,
  Reason,
  Released,
  RetryDue,
  TaskWasCancelled,
  Upstream,
} from "@/core/reasons";
import type { TaskStatus } from "@/core/status";
import { clock, plural } from "@/lib/format";
import { causeOfFailure } from "./names";

/** Text, a task to select, or an event to go to. */
export type Part =
  | string
  | { readonly task: string }
  | { readonly seq: number; readonly at: number }
  | { readonly code: string };

export type Sentence = readonly Part[];

/** Tell a reason; `about` is the task that is being explained, the others are called by their names. */
export function tell(reason: Reason, about: string): Sentence {
  const self = reason.task_id === about;
  const event = { seq: reason.seq, at: reason.at };
  switch (reason.kind) {
    case "run_not_started":
      return ["No scheduler has started the run yet. It was requested at ", event, "."];
    case "open_dependency":
      return [
        "It waits for ",
        { task: reason.task_id },
        `, which ${stands(reason.status)} since `,
        event,
        ".",
      ];
    case "awaits_release":
      return awaitsRelease(reason.waited_for, event);
    case "queued":
      return ["It lies on the queue ", { code: reason.queue }, " since ", event, "; no worker has taken it."];
    case "released":
      return released(reason);
    case "running":
      return [{ code: reason.worker }, ` has been running attempt ${reason.attempt} since `, event, "."];
    case "attempt_ended":
      return attemptEnded(reason, self);
    case "retry_due":
      return retryDue(reason);
    case "gave_up":
      return gaveUp(reason, self);
    case "upstream":
      return upstream(reason);
    case "task_cancelled":
      return taskCancelled(reason);
    case "run_cancelled":
      return ["The run was asked to end at ", event, "."];
  }
}

const STANDS: Readonly<Record<TaskStatus, string>> = {
  waiting: "itself has been waiting",
  ready: "has been on its queue",
  running: "has been running",
  retrying: "has been between two attempts",
  succeeded: "has been done",
  failed: "has failed and stayed so",
  skipped: "has been skipped",
  upstream_failed: "will not run itself, decided",
  cancelled: "has been cancelled",
};

function stands(status: TaskStatus): string {
  return STANDS[status];
}

type Event = { readonly seq: number; readonly at: number };

function awaitsRelease(waitedFor: string, event: Event): Sentence {
  const then =
    "nothing is in its way any more. The scheduler puts the tasks of a run on their queues bit by bit.";
  if (waitedFor === "") return ["The run began at ", event, `, and ${then}`];
  return [{ task: waitedFor }, " ended at ", event, `, and ${then}`];
}

function released(reason: Released): Sentence {
  const event = { seq: reason.seq, at: reason.at };
  switch (reason.reason) {
    case "dependencies":
      if (reason.waited_for === "")
        return ["It could start when its dependencies had ended, at ", event, "."];
      return [
        "It could start when ",
        { task: reason.waited_for },
        " ended at ",
        event,
        ", the last of what it waited for.",
      ];
    case "retry":
      return ["It came back to its queue because the attempt before failed at ", event, "."];
    case "lost":
      return ["It came back to its queue because its worker was lost at ", event, "."];
    case "returned":
      return ["It came back to its queue because its worker gave it back at ", event, "."];
    default:
      return ["It waits for no other task: it could start when the run began, at ", event, "."];
  }
}

const ENDS: Readonly<Record<AttemptEnded["end"], string>> = {
  succeeded: "succeeded",
  failed: "failed",
  lost: "was lost",
  returned: "was given back",
  cancelled: "was cancelled",
};

function attemptEnded(reason: AttemptEnded, self: boolean): Sentence {
  const { attempt, end, worker, error, exit_code, seq, at } = reason;
  const whose: Sentence = self ? [] : [" of ", { task: reason.task_id }];
  const where: Sentence = worker ? [" on ", { code: worker }] : [];
  const cause =
    end === "failed" ? causeOfFailure(error, exit_code) : end === "lost" ? "the worker fell silent" : "";
  return [
    `Attempt ${attempt}`,
    ...whose,
    ` ${ENDS[end]} at `,
    { seq, at },
    ...where,
    cause ? `: ${ended(cause)}` : ".",
  ];
}

function retryDue({ due, attempts_left, failures, losses }: RetryDue): Sentence {
  const left =
    attempts_left === null
      ? `so far ${plural(failures, "failure")}${losses ? ` and ${plural(losses, "lost worker")}` : ""}`
      : `${plural(attempts_left, "attempt")} left`;
  return [`It is tried again at ${clock(due)}: ${left}.`];
}

function gaveUp({ because, failures, losses, retries, task_id }: GaveUp, self: boolean): Sentence {
  const who: Part = self ? "It" : { task: task_id };
  if (because === "run_cancelled") return [who, " is not tried again: the run had been asked to end."];
  if (because === "lost_too_often")
    return [who, ` is not tried again: ${plural(losses, "worker")} in a row fell silent with it.`];
  const allowed =
    retries === null
      ? ""
      : retries === 0
        ? " and has no retries"
        : ` and has ${plural(retries, "retry", "retries")}`;
  return [who, ` is not tried again: it failed ${times(failures)}${allowed}.`];
}

function upstream({ task_id, status, root, seq, at }: Upstream): Sentence {
  const why = root ? ": that is where it began." : ".";
  const what = status === "upstream_failed" ? "will not run either, decided at " : `${PAST[status]} at `;
  return [{ task: task_id }, ` ${what}`, { seq, at }, why];
}

const PAST: Readonly<Record<TaskStatus, string>> = {
  waiting: "waited",
  ready: "became ready",
  running: "began",
  retrying: "was to be retried",
  succeeded: "succeeded",
  failed: "failed",
  skipped: "was skipped",
  upstream_failed: "was given up",
  cancelled: "was cancelled",
};

const BEFORE: Readonly<Partial<Record<TaskStatus, string>>> = {
  waiting: "while it waited for other tasks",
  ready: "while it lay on its queue",
  running: "while it ran",
  retrying: "while it waited to be tried again",
};

function taskCancelled({ before, worker, seq, at }: TaskWasCancelled): Sentence {
  const killed: Sentence = worker ? ["; ", { code: worker }, " killed it"] : [];
  return ["It was cancelled at ", { seq, at }, ` ${BEFORE[before] ?? ""}`, ...killed, "."];
}

function times(value: number): string {
  return value === 1 ? "once" : value === 2 ? "twice" : plural(value, "time");
}

/** A sentence that ends in a full stop, once. */
function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What an event says, in plain language. */

import { duration, shortVersion } from "@/lib/format";
import type {
  FactRejected,
  RunEvent,
  TaskCancelled,
  TaskFailed,
  TaskLost,
  TaskReady,
  TaskReturned,
  TaskSucceeded,
} from "./events";
import type { RunStatus, TaskStatus } from "./status";

/** A piece of a sentence: text, or the name of a task, which a page may make a link of. */
export type Part = string | { readonly task: string };

/** What brought an event about: another event, by its seq, or somebody outside the log. */
export type Origin =
  | { readonly kind: "event"; readonly seq: number }
  | { readonly kind: "outside"; readonly text: string };

/** Return what an event says, as one line of text. */
export function describe(event: RunEvent): string {
  return tell(event)
    .map((part) => (typeof part === "string" ? part : part.task))
    .join("");
}

/** Return what an event says, piece by piece; an error is cut to its first line. */
export function tell(event: RunEvent): readonly Part[] {
  switch (event.type) {
    case "RunRequested":
      return [`A run of DAG ${event.dag_id} was requested, version ${shortVersion(event.version)}.`];
    case "RunStarted":
      return ["The scheduler started the run."];
    case "RunCancelled":
      return ["The run is to be cancelled."];
    case "RunLate":
      return [`The run is late by ${duration(Math.max(0, event.at - event.due))}; it goes on as before.`];
    case "RunFinished":
      return [`The run ended: ${event.status}.`];
    case "TaskReady":
      return ready(event);
    case "TaskStarted":
      return [`Worker ${event.worker} started `, ...attemptOf(event), "."];
    case "TaskSucceeded":
      return succeeded(event);
    case "TaskFailed":
      return failed(event);
    case "TaskLost":
      return [`Worker ${event.worker} fell silent while it ran `, ...attemptOf(event), ". ", next(event)];
    case "TaskReturned":
      return [`Worker ${event.worker} gave back `, ...attemptOf(event), ". ", next(event)];
    case "TaskCancelled":
      return cancelled(event);
    case "TaskUpstreamFailed":
      return [{ task: event.task_id }, " will not run: ", { task: event.upstream }, " did not succeed."];
    case "FactRejected":
      return refused(event);
    case "Unreadable":
      return [`An event that this page cannot read: ${event.original || "it has no type"}.`];
  }
}

/** Return what brought an event about; undefined where the event does not say. */
export function originOf(event: RunEvent): Origin | undefined {
  const [source, place] = event.cause.split(":");
  if (source === "log" && Number(place) > 0) return { kind: "event", seq: Number(place) };
  return source === "inbox" ? { kind: "outside", text: reporter(event) } : undefined;
}

/** Return in which status an event leaves the run or the task it is about; null where it moves neither. */
export function statusAfter(event: RunEvent): RunStatus | TaskStatus | null {
  switch (event.type) {
    case "RunFinished":
      return event.status;
    case "TaskFailed":
    case "TaskLost":
    case "TaskReturned":
      return event.retry_at ? "retrying" : "failed";
    default:
      return STATUS_AFTER[event.type];
  }
}

const STATUS_AFTER = {
  RunRequested: "requested",
  RunStarted: "running",
  RunCancelled: "cancelling",
  TaskReady: "ready",
  TaskStarted: "running",
  TaskSucceeded: "succeeded",
  TaskCancelled: "cancelled",
  TaskUpstreamFailed: "upstream_failed",
  RunLate: null,
  FactRejected: null,
  Unreadable: null,
} as const;

/** Return the first line of a text that says something. */
export function firstLine(text: string): string {
  return (
    text
      .split(/\r\n|\r|\n/)
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}

function ready(event: TaskReady): readonly Part[] {
  const queued = [...attemptOf(event), ` is ready on queue ${event.queue}`];
  if (event.waited_for) return [...queued, ": it waited for ", { task: event.waited_for }, " last."];
  const why = READY_BECAUSE[event.reason] ?? event.reason;
  return [...queued, why ? `: ${why}.` : "."];
}

const READY_BECAUSE: Readonly<Record<string, string>> = {
  start: "it depends on no other task",
  dependencies: "all it depends on has succeeded",
  retry: "the wait before the retry is over",
  lost: "the worker of the attempt before was lost",
  returned: "the worker gave the attempt before back",
};

function succeeded({ duration_ms, worker, ...event }: TaskSucceeded): readonly Part[] {
  return [...attemptOf(event), ` succeeded on ${worker} in ${duration(duration_ms)}.`];
}

function failed({ error, exit_code, duration_ms, worker, ...event }: TaskFailed): readonly Part[] {
  const message = firstLine(error.message) || error.kind;
  const code = exit_code === null || /exit code/i.test(message) ? "" : ` with exit code ${exit_code}`;
  const why = message ? `: ${message.replace(/\.$/, "")}` : "";
  return [
    ...attemptOf(event),
    ` failed on ${worker} after ${duration(duration_ms)}${code}${why}. `,
    next(event),
  ];
}

function cancelled({ worker, duration_ms, ...event }: TaskCancelled): readonly Part[] {
  if (worker === "") return [{ task: event.task_id }, " was cancelled; it was not running."];
  return [...attemptOf(event), ` was cancelled: worker ${worker} stopped it after ${duration(duration_ms)}.`];
}

function refused({ fact, reason, task_id, attempt }: FactRejected): readonly Part[] {
  const about: readonly Part[] = task_id ? [" about ", ...attemptOf({ task_id, attempt })] : [];
  return [`A report (${fact})`, ...about, ` was refused: ${reason}.`];
}

function attemptOf({ task_id, attempt }: { readonly task_id: string; readonly attempt: number }): Part[] {
  return attempt > 0 ? [{ task: task_id }, ` (attempt ${attempt})`] : [{ task: task_id }];
}

function next({ at, retry_at }: Pick<TaskFailed | TaskLost | TaskReturned, "at" | "retry_at">): string {
  if (retry_at === 0) return "No attempt follows.";
  return retry_at <= at
    ? "Another attempt follows at once."
    : `Another attempt follows in ${duration(retry_at - at)}.`;
}

function reporter(event: RunEvent): string {
  const fact = event.type === "FactRejected" ? event.fact : event.type;
  if (fact === "TaskLost") return "noticed by the scheduler";
  if (!fact.startsWith("Task")) return "requested through the API";
  return "worker" in event && event.worker ? `reported by ${event.worker}` : "reported by a worker";
}

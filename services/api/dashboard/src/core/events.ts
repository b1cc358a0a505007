/**
 * The events of a run, as `GET /runs/{id}/events` and the live feed tell them. Fields bear the names they
 * have there; times are read here, once, and are ms since the epoch from then on.
 */

import { isRunStatus, type RunStatus } from "./status";

interface OfRun {
  /** Its place in the log of the partition: ascending within a run, with gaps. */
  readonly seq: number;
  /** When it was accepted, by the server's clock, which may have been set back. 0 where it is not known. */
  readonly at: number;
  /** `inbox:<entry>` for a fact that was reported, `log:<seq>` for a decision. */
  readonly cause: string;
  readonly run_id: string;
}

interface OfTask extends OfRun {
  readonly task_id: string;
  /** Counts from 1; 0 where no attempt was under way. */
  readonly attempt: number;
}

export interface TaskError {
  readonly kind: string;
  readonly message: string;
  readonly traceback: string;
}

export interface RunRequested extends OfRun {
  readonly type: "RunRequested";
  readonly dag_id: string;
  readonly version: string;
  /** The span it was asked for in, as W3C Trace Context writes it, or empty. */
  readonly traceparent: string;
}

export interface RunStarted extends OfRun {
  readonly type: "RunStarted";
}

export interface RunCancelled extends OfRun {
  readonly type: "RunCancelled";
}

/** The run has not ended although it was to by `due`; it goes on as before. */
export interface RunLate extends OfRun {
  readonly type: "RunLate";
  readonly due: number;
}

export interface RunFinished extends OfRun {
  readonly type: "RunFinished";
  readonly status: RunStatus;
}

export interface TaskReady extends OfTask {
  readonly type: "TaskReady";
  readonly queue: string;
  /** `start`, `dependencies`, `retry`, `lost` or `returned`. */
  readonly reason: string;
  /** The dependency that ended last, or empty. */
  readonly waited_for: string;
}

export interface TaskStarted extends OfTask {
  readonly type: "TaskStarted";
  readonly worker: string;
}

export interface TaskSucceeded extends OfTask {
  readonly type: "TaskSucceeded";
  readonly worker: string;
  readonly duration_ms: number;
  readonly exit_code: number | null;
  readonly output: unknown;
}

export interface TaskFailed extends OfTask {
  readonly type: "TaskFailed";
  readonly worker: string;
  readonly error: TaskError;
  readonly duration_ms: number;
  readonly exit_code: number | null;
  /** When another attempt follows, 0 for never. */
  readonly retry_at: number;
}

export interface TaskLost extends OfTask {
  readonly type: "TaskLost";
  readonly worker: string;
  readonly retry_at: number;
}

export interface TaskReturned extends OfTask {
  readonly type: "TaskReturned";
  readonly worker: string;
  readonly retry_at: number;
}

export interface TaskCancelled extends OfTask {
  readonly type: "TaskCancelled";
  readonly worker: string;
  readonly duration_ms: number;
}

export interface TaskUpstreamFailed extends OfTask {
  readonly type: "TaskUpstreamFailed";
  readonly upstream: string;
}

/** A report that was refused: it explains something and changes nothing. */
export interface FactRejected extends OfTask {
  readonly type: "FactRejected";
  readonly fact: string;
  readonly reason: string;
}

/**
 * What the API could not read, or of a type (`original`) that this page does not know. It changes nothing.
 */
export interface Unreadable extends OfRun {
  readonly type: "Unreadable";
  readonly original: string;
}

export type TaskEvent =
  | TaskReady
  | TaskStarted
  | TaskSucceeded
  | TaskFailed
  | TaskLost
  | TaskReturned
  | TaskCancelled
  | TaskUpstreamFailed;

export type RunEvent =
  | RunRequested
  | RunStarted
  | RunCancelled
  | RunLate
  | RunFinished
  | TaskEvent
  | FactRejected
  | Unreadable;

/** An answer of the API that is not what the API promises. */
export class MalformedEventError extends Error {
  override readonly name = "MalformedEventError";
}

/** Return a time of the API in ms since the epoch; 0 for null, which stands for not yet. */
export function toMs(time: unknown, field: string): number {
  if (time === null || time === undefined) return 0;
  const ms = typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(ms)) throw new MalformedEventError(`${field} is not a time: ${JSON.stringify(time)}`);
  return ms;
}

/** Gives one string for all equal ones: of 100,000 events, most say the same few names. */
export type Keep = (text: string) => string;

type Raw = Readonly<Record<string, unknown>>;

/**
 * Return an event of the API's, its defaults spelt out. Unknown fields are passed over.
 *
 * @throws MalformedEventError it has no `seq`, or a time that is none.
 */
export function readEvent(raw: unknown, keep: Keep = (text) => text): RunEvent {
  if (!isObject(raw)) throw new MalformedEventError(`an event is not an object: ${JSON.stringify(raw)}`);
  const seq = raw["seq"];
  if (typeof seq !== "number")
    throw new MalformedEventError(`seq of an event is not a number: ${JSON.stringify(seq)}`);
  const type = text(raw, "type");
  const common = {
    seq,
    at: toMs(raw["at"], "at"),
    cause: text(raw, "cause"),
    run_id: keep(text(raw, "run_id")),
  };
  const read = Object.hasOwn(READERS, type) ? READERS[type as keyof typeof READERS] : undefined;
  return read?.(raw, common, keep) ?? { type: "Unreadable", ...common, original: type };
}

type Reader = (raw: Raw, common: OfRun, keep: Keep) => RunEvent | undefined;

const READERS = {
  RunRequested: (raw, common, keep) => ({
    type: "RunRequested",
    ...common,
    dag_id: keep(text(raw, "dag_id")),
    version: keep(text(raw, "version")),
    traceparent: text(raw, "traceparent"),
  }),
  RunStarted: (_raw, common) => ({ type: "RunStarted", ...common }),
  RunCancelled: (_raw, common) => ({ type: "RunCancelled", ...common }),
  RunLate: (raw, common) => ({ type: "RunLate", ...common, due: toMs(raw["due"], "due") }),
  RunFinished: (raw, common) => {
    const status = raw["status"];
    return isRunStatus(status) ? { type: "RunFinished", ...common, status } : undefined;
  },
  TaskReady: (raw, common, keep) => ({
    type: "TaskReady",
    ...ofTask(raw, common, keep),
    queue: keep(text(raw, "queue")),
    reason: keep(text(raw, "reason")),
    waited_for: keep(text(raw, "waited_for")),
  }),
  TaskStarted: (raw, common, keep) => ({ type: "TaskStarted", ...ofAttempt(raw, common, keep) }),
  TaskSucceeded: (raw, common, keep) => ({
    type: "TaskSucceeded",
    ...ofAttempt(raw, common, keep),
    duration_ms: count(raw, "duration_ms"),
    exit_code: exitCode(raw),
    output: raw["output"] ?? null,
  }),
  TaskFailed: (raw, common, keep) => ({
    type: "TaskFailed",
    ...ofAttempt(raw, common, keep),
    error: taskError(raw["error"]),
    duration_ms: count(raw, "duration_ms"),
    exit_code: exitCode(raw),
    retry_at: toMs(raw["retry_at"], "retry_at"),
  }),
  TaskLost: (raw, common, keep) => ({
    type: "TaskLost",
    ...ofAttempt(raw, common, keep),
    retry_at: retryAt(raw),
  }),
  TaskReturned: (raw, common, keep) => ({
    type: "TaskReturned",
    ...ofAttempt(raw, common, keep),
    retry_at: retryAt(raw),
  }),
  TaskCancelled: (raw, common, keep) => ({
    type: "TaskCancelled",
    ...ofAttempt(raw, common, keep),
    duration_ms: count(raw, "duration_ms"),
  }),
  TaskUpstreamFailed: (raw, common, keep) => ({
    type: "TaskUpstreamFailed",
    ...ofTask(raw, common, keep),
    upstream: keep(text(raw, "upstream")),
  }),
  FactRejected: (raw, common, keep) => ({
    type: "FactRejected",
    ...ofTask(raw, common, keep),
    fact: keep(text(raw, "fact")),
    reason: keep(text(raw, "reason")),
  }),
} as const satisfies Readonly<Record<Exclude<RunEvent["type"], "Unreadable">, Reader>>;

function ofTask(raw: Raw, common: OfRun, keep: Keep): OfTask {
  return { ...common, task_id: keep(text(raw, "task_id")), attempt: count(raw, "attempt") };
}

function ofAttempt(raw: Raw, common: OfRun, keep: Keep): OfTask & { readonly worker: string } {
  return { ...ofTask(raw, common, keep), worker: keep(text(raw, "worker")) };
}

function taskError(raw: unknown): TaskError {
  const error = isObject(raw) ? raw : {};
  return { kind: text(error, "kind"), message: text(error, "message"), traceback: text(error, "traceback") };
}

function isObject(raw: unknown): raw is Raw {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** Return a field that is left out where it equals its default, the empty text. */
function text(raw: Raw, field: string): string {
  const value = raw[field];
  return typeof value === "string" ? value : "";
}

function count(raw: Raw, field: string): number {
  const value = raw[field];
  return typeof value === "number" ? value : 0;
}

function exitCode(raw: Raw): number | null {
  const value = raw["exit_code"];
  return typeof value === "number" ? value : null;
}

function retryAt(raw: Raw): number {
  return toMs(raw["retry_at"], "retry_at");
}

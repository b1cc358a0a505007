/**
 * The attempts of every task as intervals of time, for a chart of the run: collected event by event, and cut
 * at any.
 *
 * Times are those of the fold, so none runs backwards though the server's clock did.
 */

import type { TaskError, TaskEvent } from "./events";
import type { TaskState } from "./state";

export type AttemptEnd = "succeeded" | "failed" | "lost" | "returned" | "cancelled";

/**
 * One attempt: it waited from `waiting_since`, lay ready from `ready_at`, ran from `started_at` to
 * `ended_at`. Times are ms since the epoch; they, and the seqs of the events that say so, are 0 for not yet.
 */
export interface Attempt {
  readonly attempt: number;
  readonly reason: string;
  readonly waited_for: string;
  readonly queue: string;
  readonly worker: string;
  /** When the run was requested or, of a further attempt, when the one before ended. */
  readonly waiting_since: number;
  readonly ready_at: number;
  readonly ready_seq: number;
  readonly started_at: number;
  readonly started_seq: number;
  readonly ended_at: number;
  readonly ended_seq: number;
  readonly end: AttemptEnd | null;
  readonly exit_code: number | null;
  readonly error: TaskError | null;
  /** When another attempt is due because this one ended as it did; 0 for never. */
  readonly retry_at: number;
}

/** A wait that has led to no attempt, because it goes on (`until` is 0) or because the task was given up. */
export interface Wait {
  readonly kind: "first" | "retry";
  readonly since: number;
  readonly until: number;
  readonly until_seq: number;
}

/** All that a chart shows of a task. */
export interface Lane {
  readonly attempts: readonly Attempt[];
  readonly wait: Wait | null;
}

interface GivenUp {
  readonly at: number;
  readonly seq: number;
}

const UNSTARTED = { worker: "", started_at: 0, started_seq: 0 } as const;
const UNENDED = { ended_at: 0, ended_seq: 0, end: null, exit_code: null, error: null, retry_at: 0 } as const;
const ENDS = {
  TaskSucceeded: "succeeded",
  TaskFailed: "failed",
  TaskLost: "lost",
  TaskReturned: "returned",
  TaskCancelled: "cancelled",
} as const satisfies Partial<Record<TaskEvent["type"], AttemptEnd>>;

/** The lanes of all tasks of a run, by number. */
export class Lanes {
  readonly #attempts: readonly Attempt[][];
  readonly #givenUp = new Map<number, GivenUp>();

  constructor(tasks: number) {
    this.#attempts = Array.from({ length: tasks }, () => []);
  }

  /** Take note of an event that the fold allowed; `task` is what the task is after it. */
  record(number: number, event: TaskEvent, task: TaskState, createdAt: number): void {
    const attempts = this.#attempts[number];
    if (attempts === undefined) throw new RangeError(`There is no lane ${number}.`);
    const last = attempts.at(-1);
    if (event.type === "TaskReady") {
      const { attempt, reason, waited_for, queue } = event;
      const ready = {
        waiting_since: last?.ended_at ?? createdAt,
        ready_at: task.ready_at,
        ready_seq: event.seq,
      };
      attempts.push({ attempt, reason, waited_for, queue, ...ready, ...UNSTARTED, ...UNENDED });
    } else if (last === undefined || last.end !== null || event.type === "TaskUpstreamFailed") {
      this.#givenUp.set(number, { at: task.finished_at, seq: event.seq });
    } else if (event.type === "TaskStarted") {
      const started = { worker: event.worker, started_at: task.started_at, started_seq: event.seq };
      attempts[attempts.length - 1] = { ...last, ...started };
    } else {
      attempts[attempts.length - 1] = { ...last, ...ending(event, task) };
    }
  }

  /** Return the lane of a task as it was after event `seq` of a run that was requested at `createdAt`. */
  cut(number: number, seq: number, createdAt: number): Lane {
    const attempts = (this.#attempts[number] ?? [])
      .filter((attempt) => attempt.ready_seq <= seq)
      .map((attempt) => cutAttempt(attempt, seq));
    const last = attempts.at(-1);
    if (last !== undefined && (last.end === null || last.retry_at === 0)) return { attempts, wait: null };
    const givenUp = this.#givenUp.get(number);
    const until = givenUp !== undefined && givenUp.seq <= seq ? givenUp : { at: 0, seq: 0 };
    const begun = last === undefined ? { kind: "first" as const, since: createdAt } : retryAfter(last);
    return { attempts, wait: { ...begun, until: until.at, until_seq: until.seq } };
  }
}

function retryAfter(attempt: Attempt): Pick<Wait, "kind" | "since"> {
  return { kind: "retry", since: attempt.ended_at };
}

function ending(
  event: Extract<TaskEvent, { type: keyof typeof ENDS }>,
  task: TaskState,
): Pick<Attempt, keyof typeof UNENDED> {
  return {
    ended_at: task.finished_at,
    ended_seq: event.seq,
    end: ENDS[event.type],
    exit_code: task.exit_code,
    error: task.error,
    retry_at: task.due,
  };
}

/** Return the attempt as it was after event `seq`: the same object where nothing of it came later. */
function cutAttempt(attempt: Attempt, seq: number): Attempt {
  if (attempt.started_seq > seq) return { ...attempt, ...UNSTARTED, ...UNENDED };
  return attempt.ended_seq > seq ? { ...attempt, ...UNENDED } : attempt;
}

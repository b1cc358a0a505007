/** Where a task's time went: waiting for its dependencies, queued, running, waiting to be tried again. */

import type { TaskDetail } from "@/api/types";
import { parseTime } from "@/lib/format";

export const KINDS = ["dependencies", "queue", "run", "retry"] as const;
export type Kind = (typeof KINDS)[number];

/**
 * Times are ms since the epoch. `attempt` is the one under way, or the one that follows. `took` (ms) is how long it was; of
 * an attempt by the worker's clock, which knows it better than the two events that tell of its beginning and its end.
 */
export interface Phase {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly took: number;
  readonly attempt: number;
}

type Times = Pick<
  TaskDetail,
  "attempts" | "status" | "run_status" | "run_created_at" | "run_started_at" | "finished_at"
>;

const OPEN: ReadonlySet<string> = new Set(["waiting", "ready", "running", "retrying"]);

/** Return the phases in order, without those that took no time; what has not ended lasts until `now`. */
export function phasesOf(task: Times, now: number): readonly Phase[] {
  const phases: Phase[] = [];
  const add = (kind: Kind, attempt: number, from: number, to: number, took = to - from) => {
    if (to > from) phases.push({ kind, attempt, from, to, took });
  };
  const end = OPEN.has(task.status) ? now : (parseTime(task.finished_at) ?? now);
  let free = parseTime(task.run_started_at) ?? parseTime(task.run_created_at);
  let kind: Kind = "dependencies";
  for (const one of task.attempts) {
    const ready = parseTime(one.ready_at);
    add(kind, one.attempt, free, ready);
    const ended = parseTime(one.ended_at);
    const started = parseTime(one.started_at);
    add("queue", one.attempt, ready, started ?? ended ?? end);
    if (started !== null) add("run", one.attempt, started, ended ?? end, one.duration_ms ?? undefined);
    free = ended ?? end;
    kind = "retry";
  }
  const next = (task.attempts.at(-1)?.attempt ?? 0) + 1;
  if (task.status === "waiting" || task.status === "retrying") add(kind, next, free, end);
  else if (task.attempts.length === 0) add(kind, 0, free, end);
  return phases;
}

/** Return how long each kind of phase took in all, in ms. */
export function totals(phases: readonly Phase[]): Readonly<Record<Kind, number>> {
  const sums = { dependencies: 0, queue: 0, run: 0, retry: 0 };
  for (const { kind, took } of phases) sums[kind] += took;
  return sums;
}

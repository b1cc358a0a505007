/** What a task did and waited for, as stretches of time that are drawn and told one after the other. */

import type { Attempt, AttemptEnd, Wait } from "./lanes";

export type Stretch = "dependencies" | "retry" | "queue" | "run";

export interface Segment {
  readonly kind: Stretch;
  /** The attempt it belongs to or, of a wait, that it leads to. */
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  /** It goes on: `to` is the present. */
  readonly open: boolean;
  /** Why the attempt ended, on the last stretch of it. */
  readonly end: AttemptEnd | null;
  /** It waited, and was given up: no attempt followed. */
  readonly givenUp: boolean;
  readonly worker: string;
}

/** What must be known of a task: its lane, or as much as the API tells of it. */
export interface Tried {
  readonly attempts: readonly Pick<
    Attempt,
    "attempt" | "waiting_since" | "ready_at" | "started_at" | "ended_at" | "end" | "worker"
  >[];
  readonly wait: Pick<Wait, "kind" | "since" | "until"> | null;
}

const PLAIN = { open: false, end: null, givenUp: false, worker: "" } as const;

/** Return the stretches of a lane in order of time; what goes on lasts until `now` (ms). Some may be empty. */
export function segmentsOf({ attempts, wait }: Tried, now: number): readonly Segment[] {
  const segments: Segment[] = [];
  for (const { attempt, waiting_since, ready_at, started_at, ended_at, end, worker } of attempts) {
    const waited = segments.length === 0 ? "dependencies" : "retry";
    segments.push({ ...PLAIN, kind: waited, attempt, from: waiting_since, to: ready_at });
    const left = started_at || ended_at;
    const queued = { open: left === 0, end: started_at === 0 ? end : null };
    segments.push({
      ...PLAIN,
      ...queued,
      kind: "queue",
      attempt,
      from: ready_at,
      to: left || Math.max(now, ready_at),
    });
    if (started_at === 0) continue;
    const to = ended_at || Math.max(now, started_at);
    segments.push({
      ...PLAIN,
      kind: "run",
      attempt,
      from: started_at,
      to,
      open: ended_at === 0,
      end,
      worker,
    });
  }
  if (wait !== null) {
    const { kind, since, until } = wait;
    const next = (attempts.at(-1)?.attempt ?? 0) + 1;
    const waiting = { attempt: next, from: since, to: until || Math.max(now, since), open: until === 0 };
    segments.push({
      ...PLAIN,
      ...waiting,
      kind: kind === "first" ? "dependencies" : "retry",
      givenUp: until !== 0,
    });
  }
  return segments;
}

/** How long something was each of these in all, in ms. */
export type Sums = Readonly<Record<Stretch, number>>;

/** Return how long the stretches of each kind are in all; `took` tells how long one is, where that is known better. */
export function sumsOf(segments: readonly Segment[], took: (segment: Segment) => number = lengthOf): Sums {
  const sums = { dependencies: 0, retry: 0, queue: 0, run: 0 };
  for (const segment of segments) sums[segment.kind] += took(segment);
  return sums;
}

/** The server's clock may have been set back meanwhile: that makes no time negative. */
export function lengthOf({ from, to }: Segment): number {
  return Math.max(0, to - from);
}

/** What a task did and waited for, as stretches of time that are drawn and told one after the other. */

import type { AttemptEnd, Lane } from "@/core/lanes";

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

const PLAIN = { open: false, end: null, givenUp: false, worker: "" } as const;

/** Return the stretches of a lane in order of time; what goes on lasts until `now` (ms). Some may be empty. */
export function segmentsOf({ attempts, wait }: Lane, now: number): readonly Segment[] {
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

/** Return the stretch that covers pixel `x`, or the nearest that is no more than `reach` away. */
export function segmentAt(
  segments: readonly Segment[],
  x: number,
  place: (time: number) => number,
  reach: number,
): Segment | undefined {
  let [found, least]: [Segment | undefined, number] = [undefined, reach];
  for (const segment of segments) {
    const distance = Math.max(place(segment.from) - x, x - place(segment.to), 0);
    // Of two that touch the later one, of which more is likely to be asked.
    if (distance <= least) [found, least] = [segment, distance];
  }
  return found;
}

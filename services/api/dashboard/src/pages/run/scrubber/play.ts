/** Playing the history: how far it has come after some time. */

import type { History } from "@/core/history";

/** Event by event, or the run's own time so many times as fast. */
export const SPEEDS = ["event", "1", "10", "100"] as const;
export type Speed = (typeof SPEEDS)[number];

export const SPEED_LABELS: Readonly<Record<Speed, string>> = {
  event: "event by event",
  "1": "× 1, as it was",
  "10": "× 10",
  "100": "× 100",
};

const EVENTS_PER_SECOND = 4;

/** Where the play is: at a moment, and between it and the next by so much of `time` (ms) or of an event. */
export interface Playhead {
  readonly n: number;
  /** The run's time that has been reached (ms since the epoch). */
  readonly time: number;
  /** The part of an event that is due, when playing event by event. */
  readonly due: number;
}

/** Begin to play at moment `n`, or at the first event where there is nothing left to play. */
export function playFrom(history: History, n: number): Playhead {
  const start = n >= history.length ? Math.min(1, history.length) : n;
  return { n: start, time: history.timeAt(start), due: 0 };
}

/** Move on by `elapsed` ms of ours. At the end of the history, it has ended. */
export function advance(history: History, head: Playhead, speed: Speed, elapsed: number): Playhead {
  if (speed === "event") {
    const due = head.due + (elapsed * EVENTS_PER_SECOND) / 1000;
    const n = Math.min(history.length, head.n + Math.floor(due));
    return { n, time: history.timeAt(n), due: due % 1 };
  }
  const time = head.time + elapsed * Number(speed);
  return { n: Math.max(head.n, history.momentAtTime(time)), time, due: 0 };
}

/** The strip over the history of a run: where an event stands on it, and what a column of pixels stands for. */

import type { RunEvent } from "@/core/events";
import type { Status } from "@/ui/status";

/** What the strip tells apart. The later ones are drawn over the earlier ones where they share a column. */
export const KINDS = [
  "ready",
  "started",
  "succeeded",
  "run",
  "other",
  "cancelled",
  "blocked",
  "retried",
  "failed",
] as const;
export type Kind = (typeof KINDS)[number];

/** The status whose colour a kind has; the others have one of the page's own. */
export const KIND_STATUS: Readonly<Partial<Record<Kind, Status>>> = {
  ready: "ready",
  started: "running",
  succeeded: "succeeded",
  cancelled: "cancelled",
  blocked: "upstream_failed",
  retried: "retrying",
  failed: "failed",
};

const OF_TYPE: Readonly<Record<RunEvent["type"], Kind>> = {
  RunRequested: "run",
  RunStarted: "run",
  RunCancelled: "run",
  RunLate: "run",
  RunFinished: "run",
  TaskReady: "ready",
  TaskStarted: "started",
  TaskSucceeded: "succeeded",
  TaskFailed: "failed",
  TaskLost: "failed",
  TaskReturned: "retried",
  TaskCancelled: "cancelled",
  TaskUpstreamFailed: "blocked",
  FactRejected: "other",
  Unreadable: "other",
};

export function kindOf(event: RunEvent): Kind {
  if ((event.type === "TaskFailed" || event.type === "TaskLost") && event.retry_at) return "retried";
  return OF_TYPE[event.type];
}

/** A column of the strip: the events `from` (included) to `to` (not), and how many of each kind they are. */
export interface Column {
  readonly from: number;
  readonly to: number;
  readonly counts: Readonly<Record<Kind, number>>;
}

/** Share the events out over at most `columns` columns, evenly, in order. */
export function columnsOf(events: readonly RunEvent[], columns: number): readonly Column[] {
  const total = Math.min(Math.max(1, Math.floor(columns)), events.length);
  return Array.from({ length: total }, (_, place) => {
    const from = Math.floor((place * events.length) / total);
    const to = Math.floor(((place + 1) * events.length) / total);
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
    for (let position = from; position < to; position += 1) {
      const event = events[position];
      if (event) counts[kindOf(event)] += 1;
    }
    return { from, to, counts };
  });
}

/**
 * How dense in time the events of each column are, from 0 to 1: one that took a thousandth of the time of another
 * stands much higher, not a thousand times.
 */
export function densities(columns: readonly Column[], timeAt: (n: number) => number): readonly number[] {
  const rates = columns.map(({ from, to }, place) => {
    // A neighbour to each side: what a single event tells of the pace around it is too little.
    const start = columns[place - 1]?.from ?? from;
    const end = columns[place + 1]?.to ?? to;
    return Math.log((end - start) / Math.max(1, timeAt(end) - timeAt(start)));
  });
  const low = Math.min(...rates);
  const range = Math.max(...rates) - low;
  return rates.map((rate) => (range < 1e-9 ? 1 : (rate - low) / range));
}

/** Return the moment at a place of the strip: after the first event at its left end, after the last at its right. */
export function momentAt(x: number, width: number, length: number): number {
  return clamp(Math.ceil((x / Math.max(1, width)) * length), length);
}

/** Return where a moment stands, from 0 to 1. */
export function placeOf(n: number, length: number): number {
  return length === 0 ? 1 : n / length;
}

/** A label under the strip: a moment, and the place of its event. */
export interface Mark {
  readonly n: number;
  readonly place: number;
}

const LABEL_PX = 92;

/** Choose moments for labels so that they do not touch: the first event, the last, and some evenly between. */
export function marksOf(length: number, width: number): readonly Mark[] {
  if (length === 0) return [];
  const gaps = Math.min(length - 1, Math.max(1, Math.floor(width / LABEL_PX) - 1));
  const places = Array.from(
    { length: gaps + 1 },
    (_, gap) => 1 + Math.round((gap * (length - 1)) / Math.max(1, gaps)),
  );
  return places.map((n) => ({ n, place: (n - 0.5) / length }));
}

export function clamp(n: number, length: number): number {
  return Math.min(length, Math.max(Math.min(1, length), n));
}

export type Jump = "toggle" | { readonly n: number | null };

/** Return what a key does to the scrubber at moment `n`; undefined for nothing. */
export function keyJump(key: string, shift: boolean, n: number, length: number): Jump | undefined {
  const step = shift ? Math.max(1, Math.round(length / 100)) : 1;
  switch (key) {
    case "ArrowLeft":
      return { n: clamp(n - step, length) };
    case "ArrowRight":
      return { n: clamp(n + step, length) };
    case "Home":
      return { n: clamp(1, length) };
    case "End":
      return { n: null };
    case " ":
      return "toggle";
    default:
      return undefined;
  }
}

export interface Press {
  readonly key: string;
  readonly shift: boolean;
}

/** Return what several keys, pressed one after the other, come to: at most one way to go, and then perhaps a play. */
export function jumpsOf(presses: readonly Press[], n: number, length: number): readonly Jump[] {
  let at: number | null = null;
  let playing = false;
  for (const { key, shift } of presses) {
    const to = keyJump(key, shift, at ?? n, length);
    if (to === "toggle") {
      playing = !playing;
    } else if (to !== undefined) {
      at = to.n ?? length;
      playing = false;
    }
  }
  return [...(at === null ? [] : [{ n: at }]), ...(playing ? (["toggle"] as const) : [])];
}

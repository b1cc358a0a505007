/** The marks of a time axis: round times, relative to the run's start, as close as there is room. */

import type { Scale } from "./scale";
import type { Warp } from "./warp";

export interface Tick {
  readonly x: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * DAY),
];

/** Return the smallest round step (ms) that is at least this long. */
export function stepFor(least: number): number {
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / (1000 * DAY)) * 1000 * DAY;
}

/** Return the ticks in view, at least `room` pixels apart; times are told relative to `zero` (ms since the epoch). */
export function ticksOf(scale: Scale, warp: Warp, zero: number, room: number): readonly Tick[] {
  const step = stepFor(((scale.to - scale.from) * room) / Math.max(scale.width, 1));
  const ticks: Tick[] = [];
  for (const { from, to } of warp.pieces) {
    const first = Math.max(from, warp.real(scale.from));
    const last = Math.min(to, warp.real(scale.to));
    for (let count = Math.ceil((first - zero) / step); zero + count * step <= last; count += 1) {
      const x = scale.x(warp.chart(zero + count * step));
      // Where idle time was taken out, the next round time may be just beyond it.
      if (x - (ticks.at(-1)?.x ?? Number.NEGATIVE_INFINITY) >= room * 0.9)
        ticks.push({ x, label: tickLabel(count * step, step) });
    }
  }
  return ticks;
}

/** Return a time as an axis tells it: `0`, `250 ms`, `1.5 s`, `2 m 05 s`, `1 h 30 m`, `3 d`; no finer than the step. */
export function tickLabel(ms: number, step: number): string {
  const sign = ms < 0 ? "−" : "";
  const value = Math.abs(ms);
  if (value === 0) return "0";
  if (value < SECOND) return `${sign}${value} ms`;
  const decimals = step >= SECOND ? 0 : 3 - Math.floor(Math.log10(step));
  const parts = [
    { unit: "d", count: Math.floor(value / DAY), text: "" },
    { unit: "h", count: Math.floor((value % DAY) / HOUR), text: "" },
    { unit: "m", count: Math.floor((value % HOUR) / MINUTE), text: "" },
    { unit: "s", count: (value % MINUTE) / SECOND, text: ((value % MINUTE) / SECOND).toFixed(decimals) },
  ];
  const first = parts.findIndex(({ count }) => count > 0);
  const last = parts.findLastIndex(({ count }) => count > 0);
  const told = parts.slice(first, last + 1).map(({ unit, count, text }, place) => {
    const digits = unit === "h" ? 1 : 2;
    const words = text || String(count);
    return `${place > 0 && count < 10 ? words.padStart(words.length + digits - 1, "0") : words} ${unit}`;
  });
  return sign + told.join(" ");
}

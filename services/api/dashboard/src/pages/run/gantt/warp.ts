/**
 * The time of the chart: the run's own, counted from when it was requested, or the same with long idle times taken
 * out. Times of the run are ms since the epoch, those of the chart ms from its left edge.
 */

import type { Range } from "./scale";

/** An idle time that was taken out: it lasted `ms`, and takes the place from `from` to `to` on the chart. */
export interface Break extends Range {
  readonly ms: number;
}

export interface Warp {
  readonly chart: (real: number) => number;
  readonly real: (chart: number) => number;
  /** How long the chart is. */
  readonly length: number;
  /** The times of the run that are shown at full length. */
  readonly pieces: readonly Range[];
  readonly breaks: readonly Break[];
}

export function straight({ from, to }: Range): Warp {
  const chart = (real: number) => real - from;
  return {
    chart,
    real: (time) => time + from,
    length: Math.max(to - from, 1),
    pieces: [{ from, to }],
    breaks: [],
  };
}

/** A gap is taken out where it is longer than this share of what else happened … */
const LONG = 0.05;
/** … and this share is left of it. */
const LEFT = 0.02;

/** Return the chart of a range without its long gaps; they are in order and apart from each other. */
export function withoutGaps(whole: Range, gaps: readonly Range[]): Warp {
  const inside = gaps.filter(({ from, to }) => from >= whole.from && to <= whole.to);
  const busy = whole.to - whole.from - inside.reduce((sum, { from, to }) => sum + to - from, 0);
  const long = inside.filter(({ from, to }) => to - from > Math.max(LONG * busy, 10));
  if (long.length === 0) return straight(whole);
  return bent(whole, long, Math.max(LEFT * busy, 4));
}

interface Knot {
  readonly real: number;
  readonly chart: number;
}

function bent(whole: Range, gaps: readonly Range[], left: number): Warp {
  const knots: Knot[] = [{ real: whole.from, chart: 0 }];
  const pieces: Range[] = [];
  const breaks: Break[] = [];
  let [real, chart] = [whole.from, 0];
  for (const { from, to } of gaps) {
    pieces.push({ from: real, to: from });
    chart += from - real;
    knots.push({ real: from, chart });
    breaks.push({ from: chart, to: chart + left, ms: to - from });
    chart += left;
    knots.push({ real: to, chart });
    real = to;
  }
  pieces.push({ from: real, to: whole.to });
  const length = chart + whole.to - real;
  knots.push({ real: whole.to, chart: length });
  return {
    chart: (time) => along(knots, time, "real", "chart"),
    real: (time) => along(knots, time, "chart", "real"),
    length: Math.max(length, 1),
    pieces,
    breaks,
  };
}

/** Return where a straight line through the knots leads; beyond the ends it goes on one to one. */
function along(knots: readonly Knot[], value: number, from: keyof Knot, to: keyof Knot): number {
  let [low, high] = [0, knots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((knots[middle]?.[from] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [knots[low - 1], knots[low]];
  if (before === undefined) return (knots[0]?.[to] ?? 0) + value - (knots[0]?.[from] ?? 0);
  if (after === undefined) return before[to] + value - before[from];
  return before[to] + ((value - before[from]) * (after[to] - before[to])) / (after[from] - before[from]);
}

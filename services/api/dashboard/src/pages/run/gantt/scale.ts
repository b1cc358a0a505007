/** From time to pixels and back. Times are ms on the chart, counted from its left edge. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Scale extends Range {
  readonly width: number;
  readonly x: (time: number) => number;
  readonly time: (x: number) => number;
}

/** Nothing is told more finely than in ms. */
const LEAST_SPAN = 5;

export function makeScale({ from, to }: Range, width: number): Scale {
  const span = Math.max(to - from, LEAST_SPAN);
  const perPixel = span / Math.max(width, 1);
  return {
    from,
    to: from + span,
    width,
    x: (time) => (time - from) / perPixel,
    time: (x) => from + x * perPixel,
  };
}

/** Return the range `factor` times as long around a time that stays where it is; null for all of `length`. */
export function zoom(range: Range, around: number, factor: number, length: number): Range | null {
  const span = Math.max((range.to - range.from) * factor, LEAST_SPAN);
  const share = (around - range.from) / (range.to - range.from);
  return within({ from: around - share * span, to: around + (1 - share) * span }, length);
}

export function pan(range: Range, by: number, length: number): Range | null {
  return within({ from: range.from + by, to: range.to + by }, length);
}

/** Return the range that lies inside 0 … `length` and is as long; null where it is all of that. */
export function within({ from, to }: Range, length: number): Range | null {
  const span = Math.max(to - from, LEAST_SPAN);
  if (span >= length) return null;
  const start = Math.min(Math.max(from, 0), length - span);
  return { from: start, to: start + span };
}

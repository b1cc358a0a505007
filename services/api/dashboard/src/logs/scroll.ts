/**
 * A scroll bar for content that is higher than a browser can make an element (about 17 million pixels in Firefox).
 *
 * The bar's own content is at most `MOST` high. Small movements are followed pixel by pixel, as everywhere; a large one is
 * somebody dragging the bar, and moves through the content in proportion. Where the two come to disagree, the bar is put
 * right as soon as nothing moves, or at once when it comes to its end too early. Near both ends of the content the bar
 * goes with it pixel by pixel, so that there is always room for small movements.
 */

export const MOST = 8_000_000;
/** More than that at once is a jump. On a bar of 1,000 pixels one of them stands for 8,000, so that a drag is one. */
export const JUMP = 4000;
const NEAR = 100_000;

/** `content` is the height of all rows, `view` of what is in sight. */
export interface Sizes {
  readonly content: number;
  readonly view: number;
}

/** `bar` is what the element's `scrollTop` is; `top` where the view begins in the content. */
export interface Position {
  readonly bar: number;
  readonly top: number;
}

/** Return how high the element that gives the scroll bar its length has to be. */
export function barHeight({ content }: Sizes): number {
  return Math.min(content, MOST);
}

export function lastTop({ content, view }: Sizes): number {
  return Math.max(0, content - view);
}

/** Return where the bar belongs for a view that begins at `top`. */
export function settle(top: number, sizes: Sizes): Position {
  const last = lastTop(sizes);
  const kept = Math.min(Math.max(0, top), last);
  return { top: kept, bar: project(kept, last, lastBar(sizes)) };
}

/** Return where the view is after the reader moved the bar to `bar`. The bar in the answer is where it should be put. */
export function move(before: Position, bar: number, sizes: Sizes): Position {
  const last = lastTop(sizes);
  const most = lastBar(sizes);
  const change = bar - before.bar;
  if (Math.abs(change) > JUMP) return { bar, top: project(Math.min(bar, most), most, last) };
  const top = Math.min(Math.max(0, before.top + change), last);
  // At an end of the bar there is no way on: it has to make room, or to stop exactly there.
  const early = (bar <= 0 && top > 0) || (bar >= most - 1 && top < last - 1);
  return early ? settle(top, sizes) : { bar, top };
}

function lastBar(sizes: Sizes): number {
  return lastTop({ ...sizes, content: barHeight(sizes) });
}

/** Carry a place on a way of length `from` over to one of length `to`: near both ends as it is, between in proportion. */
function project(place: number, from: number, to: number): number {
  const near = Math.min(NEAR, from / 4, to / 4);
  if (place <= near || from === to) return place;
  if (place >= from - near) return to - (from - place);
  return near + ((place - near) * (to - 2 * near)) / (from - 2 * near);
}

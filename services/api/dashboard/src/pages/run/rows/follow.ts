/** Where a list scrolls to, to keep a row in view. All in pixels. */

export interface View {
  readonly top: number;
  readonly height: number;
}

export function isInView(view: View, row: View): boolean {
  return row.top + row.height > view.top && row.top < view.top + view.height;
}

/**
 * Return the scroll position that shows a row with some room around it: as near as can be for a small step, the row
 * in the middle for a leap. Null where it is in view as it is.
 */
export function scrollFor(view: View, row: View): number | null {
  const room = Math.min(2 * row.height, view.height / 4);
  const [first, last] = [row.top - room, row.top + row.height + room];
  if (first >= view.top && last <= view.top + view.height) return null;
  const step = first < view.top ? first : last - view.height;
  const leap = Math.abs(step - view.top) > view.height;
  return Math.max(0, leap ? row.top - (view.height - row.height) / 2 : step);
}

/**
 * Scroll a list, and have it filled before it is painted: the browser tells of a scroll only afterwards, and what came
 * into view would be blank until then.
 */
export function scrollTo(list: HTMLElement, top: number): void {
  list.scrollTop = top;
  queueMicrotask(() => list.dispatchEvent(new Event("scroll")));
}

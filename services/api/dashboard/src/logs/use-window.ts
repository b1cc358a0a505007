/** Which rows of a log are in sight, and where: the scroll bar, the keys and the growing end all come together here. */

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Heights } from "./heights";
import { barHeight, lastTop, move, type Position, type Sizes, settle } from "./scroll";

export const ROW = 18;
const OVERSCAN = 12;
const REST_MS = 160;

/** What the view holds on to when rows come, or turn out to be higher: the end, or one row in its middle. */
type Pin = { readonly to: "end" } | { readonly to: "row"; readonly index: number } | null;

export interface LogWindow {
  /** The first and the last row to render, counted from 0; `last` is below `first` where there are none. */
  readonly first: number;
  readonly last: number;
  /** How far the first rendered row is below the top of the view. */
  readonly shift: number;
  readonly barHeight: number;
  readonly view: number;
  /** The view stays at the end. */
  readonly atEnd: boolean;
  readonly onScroll: () => void;
  readonly showRow: (index: number) => void;
  readonly showEnd: () => void;
  /** Return the first row that is wholly in sight. */
  readonly firstInSight: () => number;
}

class Scroller {
  readonly heights = new Heights(ROW);
  position: Position = { bar: 0, top: 0 };
  view = 0;
  width = 0;
  /** The bar is to be put somewhere else than where the reader left it. */
  moved = false;

  constructor(public pin: Pin) {}

  get sizes(): Sizes {
    return { content: this.heights.total, view: this.view };
  }

  /** Put the view where it is held; else leave it where it is, as far as there are rows. */
  hold(): void {
    const { pin, heights, view } = this;
    if (pin?.to === "end") this.goTo(lastTop(this.sizes));
    else if (pin)
      this.goTo(heights.offsetOf(pin.index) - Math.max(0, view - heights.heightOf(pin.index)) / 2);
    else if (this.position.top > lastTop(this.sizes)) this.goTo(lastTop(this.sizes));
  }

  goTo(top: number): void {
    const { bar } = this.position;
    this.position = settle(top, this.sizes);
    if (this.position.bar !== bar) this.moved = true;
  }
}

interface Options {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly rows: RefObject<HTMLDivElement | null>;
  readonly count: number;
  /** Rows may be higher than one line: they are measured. */
  readonly wrap: boolean;
  /** The row to begin with; without it, the end. */
  readonly begin: number | undefined;
}

export function useWindow({ box, rows, count, wrap, begin }: Options): LogWindow {
  const [scroller] = useState(
    () => new Scroller(begin === undefined ? { to: "end" } : { to: "row", index: begin }),
  );
  const [, setTick] = useState(0);
  const render = useCallback(() => setTick((tick) => tick + 1), []);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { heights } = scroller;
  if (heights.count !== count) {
    heights.count = count;
    scroller.hold();
  }
  const { first, last } = rendered(scroller);
  const shift = heights.offsetOf(first) - scroller.position.top;

  useResize(box, (width, height) => {
    if (wrap && width !== scroller.width) forget(scroller);
    scroller.width = width;
    scroller.view = height;
    scroller.hold();
    render();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured holds for one way of wrapping
  useLayoutEffect(() => {
    forget(scroller);
    render();
  }, [wrap]);
  // After every rendering: only then rows can be measured, and the bar is long enough to be moved.
  useLayoutEffect(() => {
    if (wrap && rows.current && measure(scroller, rows.current)) {
      scroller.hold();
      render();
    }
    putBar(scroller, box.current);
  });
  useEffect(() => () => clearTimeout(rest.current), []);

  const onScroll = useCallback(() => {
    const bar = box.current?.scrollTop ?? 0;
    if (Math.abs(bar - scroller.position.bar) < 1) return;
    scroller.position = move(scroller.position, bar, scroller.sizes);
    scroller.moved = scroller.position.bar !== bar;
    scroller.pin = scroller.position.top >= lastTop(scroller.sizes) - 2 ? { to: "end" } : null;
    clearTimeout(rest.current);
    rest.current = setTimeout(() => {
      scroller.goTo(scroller.position.top);
      render();
    }, REST_MS);
    render();
  }, [box, scroller, render]);
  const hold = (pin: Pin) => {
    clearTimeout(rest.current);
    scroller.pin = pin;
    scroller.hold();
    render();
  };
  return {
    first,
    last,
    shift,
    barHeight: barHeight(scroller.sizes),
    view: scroller.view,
    atEnd: scroller.pin?.to === "end",
    onScroll,
    showRow: (index) => hold({ to: "row", index }),
    showEnd: () => hold({ to: "end" }),
    firstInSight: () => heights.indexAt(scroller.position.top + ROW - 1),
  };
}

function rendered({ heights, position, view }: Scroller): { first: number; last: number } {
  const at = heights.indexAt(position.top);
  const most = Math.ceil(view / ROW) + OVERSCAN;
  return { first: Math.max(0, at - OVERSCAN), last: Math.min(heights.count - 1, at + most) };
}

/** Forget the heights, but keep the row at the top of the view there. */
function forget(scroller: Scroller): void {
  const at = scroller.heights.indexAt(scroller.position.top);
  scroller.heights.clear();
  scroller.goTo(scroller.heights.offsetOf(at));
  scroller.hold();
}

/** Measure the rendered rows; what is in sight stays there. Return whether any was not as high as thought. */
function measure(scroller: Scroller, rows: HTMLElement): boolean {
  const { heights, position } = scroller;
  const at = heights.indexAt(position.top);
  let changed = false;
  let above = 0;
  for (const element of rows.children) {
    if (!(element instanceof HTMLElement)) continue;
    const index = Number(element.dataset["line"]) - 1;
    const change = heights.measure(index, element.offsetHeight);
    if (change !== 0) changed = true;
    if (index < at) above += change;
  }
  scroller.position = { ...position, top: position.top + above };
  return changed;
}

/** Bring the scroll bar to where it belongs, and remember what the browser made of that. */
function putBar(scroller: Scroller, box: HTMLElement | null): void {
  if (!box || !scroller.moved) return;
  scroller.moved = false;
  box.scrollTop = scroller.position.bar;
  scroller.position = { ...scroller.position, bar: box.scrollTop };
}

function useResize(box: RefObject<HTMLElement | null>, told: (width: number, height: number) => void): void {
  const latest = useRef(told);
  useLayoutEffect(() => {
    latest.current = told;
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    latest.current(element.clientWidth, element.clientHeight);
    const observer = new ResizeObserver(() => latest.current(element.clientWidth, element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
}

/** Panning and zooming as arithmetic: a world point `p` stands on the screen at `p * k + (x, y)`. */

import type { Layout } from "./layout/types";
import type { Size } from "./types";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export const MOST = 2;

/** How much of a card is drawn: all of it, its name in larger letters, or a block of its state's colour. */
export type Detail = "near" | "mid" | "far";

export function detailAt(k: number): Detail {
  if (k >= 0.6) return "near";
  return k >= 0.32 ? "mid" : "far";
}

const MARGIN = 24;
/** The buttons stand at the right. */
const RIGHT_MARGIN = 56;
/** Smaller than this on the screen, a card cannot be told from the next. */
const TINY = 4;

/** The whole graph, in the middle, not larger than life. */
export function fitView({ width, height }: Size, screen: Size): View {
  const room = screen.width - MARGIN - RIGHT_MARGIN;
  const across = room / Math.max(1, width);
  const down = (screen.height - 2 * MARGIN) / Math.max(1, height);
  const k = Math.max(0.001, Math.min(1, across, down));
  return { k, x: MARGIN + (room - width * k) / 2, y: (screen.height - height * k) / 2 };
}

/** What is shown at first: all of it, but of a long thin graph, on which nothing could be seen then, the beginning. */
export function firstView(layout: Layout, screen: Size): View {
  const fit = fitView(layout, screen);
  if (layout.card.height * fit.k >= TINY) return fit;
  const thin = (layout.width / layout.height) * (screen.height / screen.width);
  if (thin > 1 / 4 && thin < 4) return fit;
  const k =
    thin >= 4 ? (screen.height - 2 * MARGIN) / layout.height : (screen.width - 2 * MARGIN) / layout.width;
  const near = Math.min(0.8, k);
  return thin >= 4
    ? { k: near, x: MARGIN, y: (screen.height - layout.height * near) / 2 }
    : { k: near, x: (screen.width - layout.width * near) / 2, y: MARGIN };
}

/** The smallest zoom: a little further than all of it. */
export function leastZoom(layout: Size, screen: Size): number {
  return Math.min(0.5, fitView(layout, screen).k * 0.7);
}

/** Zoom by a factor around a point of the screen. */
export function zoomAt(view: View, factor: number, px: number, py: number, least: number): View {
  const k = Math.min(MOST, Math.max(least, view.k * factor));
  const by = k / view.k;
  return { k, x: px - (px - view.x) * by, y: py - (py - view.y) * by };
}

/** Keep some of the graph on the screen. */
export function keepInSight(view: View, layout: Size, screen: Size): View {
  const rest = 48;
  const x = Math.min(screen.width - rest, Math.max(rest - layout.width * view.k, view.x));
  const y = Math.min(screen.height - rest, Math.max(rest - layout.height * view.k, view.y));
  return x === view.x && y === view.y ? view : { ...view, x, y };
}

/**
 * The view unchanged where a card can be seen (the `whole` of it, or some), else moved to it. A click never moves the
 * view, as what was clicked can be seen.
 */
export function showCard(view: View, layout: Layout, node: number, screen: Size, whole: boolean): View {
  const { card } = layout;
  const width = card.width * view.k;
  const height = card.height * view.k;
  const left = (layout.x[node] ?? 0) * view.k + view.x;
  const top = (layout.y[node] ?? 0) * view.k + view.y;
  const [restX, restY] = whole ? [0, 0] : [width, height];
  const inside =
    left >= -restX &&
    top >= -restY &&
    left + width <= screen.width + restX &&
    top + height <= screen.height + restY;
  if (inside) return view;
  return {
    k: view.k,
    x: view.x + (screen.width - width) / 2 - left,
    y: view.y + (screen.height - height) / 2 - top,
  };
}

/** The colours and patterns of the chart, taken from the page's palette. */

import { STATUSES, type Status } from "@/ui/status";

export interface Paint {
  readonly color: (status: Status) => string;
  /** Thin diagonals in the colour of a status. */
  readonly hatch: (status: Status) => CanvasPattern | string;
  readonly line: string;
  readonly panel: string;
  readonly accent: string;
}

/** Return the paint of the theme that the page has now, for a canvas with `ratio` pixels to a CSS pixel. */
export function makePaint(context: CanvasRenderingContext2D, ratio: number): Paint {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const color = remembered((status: Status) => read(STATUSES[status].color.slice("var(".length, -1)));
  const hatch = remembered((status: Status) => pattern(context, color(status), ratio) ?? color(status));
  return { color, hatch, line: read("--line"), panel: read("--panel"), accent: read("--accent") };
}

const TILE = 5;

function pattern(context: CanvasRenderingContext2D, color: string, ratio: number): CanvasPattern | null {
  const side = Math.round(TILE * ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const pen = tile.getContext("2d");
  if (pen === null) return null;
  pen.strokeStyle = color;
  pen.lineWidth = 1.4 * ratio;
  pen.beginPath();
  // Three lines, so that the corners of neighbouring tiles meet.
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
  }
  pen.stroke();
  const made = context.createPattern(tile, "repeat");
  made?.setTransform(new DOMMatrix().scale(TILE / side));
  return made;
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

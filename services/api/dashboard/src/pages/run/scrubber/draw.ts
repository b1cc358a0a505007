/** Drawing the strip on a canvas. */

import { type Column, KIND_STATUS, KINDS, type Kind } from "./strip";

/** Read the colours of the present theme from the page. */
export function readColors(element: Element): Readonly<Record<Kind, string>> {
  const style = getComputedStyle(element);
  return Object.fromEntries(
    KINDS.map((kind) => {
      const status = KIND_STATUS[kind];
      const name = status ? `--s-${status}` : kind === "run" ? "--text" : "--strong-line";
      return [kind, style.getPropertyValue(name).trim()];
    }),
  ) as Record<Kind, string>;
}

/** What has gone wrong is seen however little of a column it is. */
const NEVER_BELOW_PX: Readonly<Partial<Record<Kind, number>>> = { failed: 5, retried: 4, run: 3 };
const LOWEST = 0.3;
/** Where there are few events, each is a tick at the place of the moment right after it. */
const WIDEST_PX = 18;

export function drawStrip(
  canvas: HTMLCanvasElement,
  columns: readonly Column[],
  density: readonly number[],
  colors: Readonly<Record<Kind, string>>,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const step = width / Math.max(1, columns.length);
  const wide = Math.min(step - (step >= 4 ? 1 : 0), WIDEST_PX);
  for (const [place, column] of columns.entries()) {
    const tall = height * (LOWEST + (1 - LOWEST) * (density[place] ?? 1));
    drawColumn(
      context,
      column,
      { left: (place + 1) * step - wide, width: wide, bottom: height, tall },
      colors,
    );
  }
}

interface Box {
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly tall: number;
}

function drawColumn(
  context: CanvasRenderingContext2D,
  { from, to, counts }: Column,
  box: Box,
  colors: Readonly<Record<Kind, string>>,
): void {
  let bottom = box.bottom;
  const top = box.bottom - box.tall;
  for (const kind of KINDS) {
    if (counts[kind] === 0) continue;
    const part = (box.tall * counts[kind]) / (to - from);
    const tall = Math.max(part, NEVER_BELOW_PX[kind] ?? 0);
    const upper = Math.max(top, bottom - part);
    context.fillStyle = colors[kind];
    context.fillRect(box.left, upper, box.width, Math.max(tall, bottom - upper));
    bottom = upper;
  }
}

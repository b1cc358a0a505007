/** Edges as smooth curves: through their points, always leaving and arriving along the flow. */

import type { Layout } from "./layout/types";

export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
}

const HEAD = 6;

export function drawEdge({ points, offsets, direction }: Layout, edge: number, pen: Pen): void {
  const first = offsets[edge] ?? 0;
  const end = offsets[edge + 1] ?? 0;
  let x = points[first] ?? 0;
  let y = points[first + 1] ?? 0;
  pen.moveTo(x, y);
  for (let k = first + 2; k < end; k += 2) {
    const nextX = points[k] ?? 0;
    const nextY = points[k + 1] ?? 0;
    if (Math.abs(direction === "right" ? nextY - y : nextX - x) < 0.5) pen.lineTo(nextX, nextY);
    else if (direction === "right")
      pen.bezierCurveTo((x + nextX) / 2, y, (x + nextX) / 2, nextY, nextX, nextY);
    else pen.bezierCurveTo(x, (y + nextY) / 2, nextX, (y + nextY) / 2, nextX, nextY);
    x = nextX;
    y = nextY;
  }
}

/** The head of the arrow at the end of an edge. */
export function drawHead({ points, offsets, direction }: Layout, edge: number, pen: Pen): void {
  const end = offsets[edge + 1] ?? 0;
  if (end === (offsets[edge] ?? 0)) return;
  const x = points[end - 2] ?? 0;
  const y = points[end - 1] ?? 0;
  const half = HEAD / 2;
  pen.moveTo(x, y);
  if (direction === "right") {
    pen.lineTo(x - HEAD, y - half);
    pen.lineTo(x - HEAD, y + half);
  } else {
    pen.lineTo(x - half, y - HEAD);
    pen.lineTo(x + half, y - HEAD);
  }
  pen.lineTo(x, y);
}

/** Write what is drawn as the data of an SVG path. */
export class PathPen implements Pen {
  private readonly parts: string[] = [];

  moveTo(x: number, y: number): void {
    this.parts.push(`M${round(x)} ${round(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.parts.push(`L${round(x)} ${round(y)}`);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.parts.push(`C${round(ax)} ${round(ay)} ${round(bx)} ${round(by)} ${round(x)} ${round(y)}`);
  }

  toString(): string {
    return this.parts.join("");
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

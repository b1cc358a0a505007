/** Draws the bars of the rows in sight. A stretch of time has a colour and a pattern; the shape at its end says how it ended. */

import type { Segment } from "@/core/segments";
import type { TaskStatus } from "@/core/status";
import { type Status, shapeOf } from "@/ui/status";
import type { Paint } from "./paint";
import type { Scale } from "./scale";
import type { Warp } from "./warp";

export interface SceneRow {
  readonly segments: readonly Segment[];
  readonly status: TaskStatus;
  /** The row above is the one that held it up, on the critical path. */
  readonly follows: boolean;
  readonly faded: boolean;
}

export interface Scene {
  readonly rows: readonly SceneRow[];
  readonly rowHeight: number;
  /** Where in a row the middle of its bar is. */
  readonly middle: number;
  readonly width: number;
  readonly scale: Scale;
  readonly warp: Warp;
  /** Where thin vertical lines go, in each row from `gridTop` down. */
  readonly grid: readonly number[];
  readonly gridTop: number;
}

const BAR = 12;
const MARK = 11;
const SHAPE = 16;

export function draw(context: CanvasRenderingContext2D, paint: Paint, scene: Scene): void {
  const height = scene.rows.length * scene.rowHeight;
  context.clearRect(0, 0, scene.width, height);
  drawGrid(context, paint, scene);
  for (const [place, row] of scene.rows.entries()) {
    context.globalAlpha = row.faded ? 0.35 : 1;
    drawRow(context, paint, scene, row, place * scene.rowHeight + scene.middle);
  }
  context.globalAlpha = 1;
  drawPath(context, paint, scene);
}

function drawGrid(pen: CanvasRenderingContext2D, paint: Paint, scene: Scene): void {
  const { rows, rowHeight, grid, gridTop } = scene;
  pen.fillStyle = paint.line;
  for (const x of grid) {
    if (gridTop === 0) pen.fillRect(Math.round(x), 0, 1, rows.length * rowHeight);
    else
      for (const place of rows.keys())
        pen.fillRect(Math.round(x), place * rowHeight + gridTop, 1, rowHeight - gridTop);
  }
}

function drawRow(pen: CanvasRenderingContext2D, paint: Paint, scene: Scene, row: SceneRow, y: number): void {
  const { scale, warp, width } = scene;
  const at = (time: number) => Math.min(Math.max(scale.x(warp.chart(time)), -50), width + 50);
  for (const segment of row.segments) {
    const [from, to] = [at(segment.from), at(segment.to)];
    if (to >= 0 && from <= width) drawSegment(pen, paint, segment, from, to, y);
  }
  // On top of what follows: an end must be seen however short the wait after it is.
  for (const segment of row.segments) {
    const mark = markOf(segment, row.status);
    const x = at(segment.to);
    if (mark !== null && x >= 0 && x <= width) drawMark(pen, paint, mark, x + MARK / 2 + 2, y);
  }
}

function drawSegment(
  pen: CanvasRenderingContext2D,
  paint: Paint,
  segment: Segment,
  from: number,
  to: number,
  y: number,
): void {
  switch (segment.kind) {
    case "dependencies":
      pen.fillStyle = paint.color("waiting");
      pen.fillRect(from, y - 0.5, to - from, 1);
      break;
    case "retry":
      dots(pen, paint.color("retrying"), from, to, y);
      break;
    case "queue":
      hatched(pen, paint, from, to, y);
      break;
    case "run":
      bar(pen, paint, segment, from, Math.max(to, from + 2), y);
      break;
  }
}

function dots(pen: CanvasRenderingContext2D, color: string, from: number, to: number, y: number): void {
  pen.strokeStyle = color;
  pen.lineWidth = 2.4;
  pen.lineCap = "round";
  pen.setLineDash([0, 5]);
  pen.beginPath();
  pen.moveTo(from + 2, y);
  pen.lineTo(to, y);
  pen.stroke();
  pen.setLineDash([]);
}

function hatched(pen: CanvasRenderingContext2D, paint: Paint, from: number, to: number, y: number): void {
  if (to - from < 0.25) return;
  const height = BAR - 2;
  pen.fillStyle = to - from < 3 ? paint.color("ready") : paint.hatch("ready");
  pen.fillRect(from, y - height / 2, Math.max(to - from, 1), height);
  if (to - from < 3) return;
  pen.strokeStyle = paint.color("ready");
  pen.lineWidth = 1;
  pen.strokeRect(from + 0.5, y - height / 2 + 0.5, to - from - 1, height - 1);
}

function bar(
  pen: CanvasRenderingContext2D,
  paint: Paint,
  { end }: Segment,
  from: number,
  to: number,
  y: number,
): void {
  if (end === "lost" || end === "returned") {
    pen.strokeStyle = paint.color(end === "lost" ? "failed" : "cancelled");
    pen.lineWidth = 1.6;
    pen.strokeRect(from + 0.8, y - BAR / 2 + 0.8, Math.max(to - from - 1.6, 1), BAR - 1.6);
    return;
  }
  pen.fillStyle = paint.color(end ?? "running");
  pen.beginPath();
  pen.roundRect(from, y - BAR / 2, to - from, BAR, Math.min(2, (to - from) / 2));
  pen.fill();
}

/** Return the shape at the end of a stretch, null where the next one says enough. */
function markOf({ kind, end, open, givenUp }: Segment, status: TaskStatus): Status | null {
  if (open) return kind === "run" ? "running" : null;
  if (givenUp) return status;
  if (end === "lost" || end === "returned") return status === "failed" ? "failed" : "retrying";
  return end;
}

function drawMark(pen: CanvasRenderingContext2D, paint: Paint, status: Status, x: number, y: number): void {
  const { path, filled, cut } = shapeOf(status);
  const shape = pathOf(path);
  pen.save();
  pen.translate(x - MARK / 2, y - MARK / 2);
  pen.scale(MARK / SHAPE, MARK / SHAPE);
  pen.lineJoin = pen.lineCap = "round";
  pen.strokeStyle = paint.panel;
  pen.lineWidth = 6;
  pen.stroke(shape);
  pen.strokeStyle = pen.fillStyle = paint.color(status);
  pen.lineWidth = filled ? 1 : 2;
  if (filled) pen.fill(shape);
  pen.stroke(shape);
  if (cut) {
    pen.strokeStyle = paint.panel;
    pen.lineWidth = 2;
    pen.stroke(pathOf(cut));
  }
  pen.restore();
}

/** Join the tasks of the critical path: down from the end of one to where the next was free. */
function drawPath(pen: CanvasRenderingContext2D, paint: Paint, scene: Scene): void {
  pen.strokeStyle = paint.accent;
  pen.lineWidth = 1.5;
  for (const [place, row] of scene.rows.entries()) {
    const above = scene.rows[place - 1]?.segments.at(-1);
    if (!row.follows || above === undefined) continue;
    const x = scene.scale.x(scene.warp.chart(above.to));
    const y = place * scene.rowHeight + scene.middle;
    pen.beginPath();
    pen.moveTo(x, y - scene.rowHeight + BAR / 2);
    pen.lineTo(x, y - 4);
    pen.moveTo(x - 3, y - 7);
    pen.lineTo(x, y - 3);
    pen.lineTo(x + 3, y - 7);
    pen.stroke();
  }
}

const paths = new Map<string, Path2D>();

function pathOf(text: string): Path2D {
  const path = paths.get(text) ?? new Path2D(text);
  paths.set(text, path);
  return path;
}

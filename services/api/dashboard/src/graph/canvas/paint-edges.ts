/** The edges on the lower canvas. Only those in sight are drawn, and of very many only some. */

import { drawEdge, drawHead } from "../curve";
import { edgeOpacity } from "../look";
import { detailAt, type View } from "../view";
import type { Scene } from "./scene";
import type { Box } from "./spots";

/** How many edges a frame may draw: fewer while the view moves, as the eye follows the cards then. */
const AT_REST = 6000;
const MOVING = 1200;
/** Long paths of crossing lines are slow to fill: they are drawn in pieces. */
const PIECE = 64;

export function paintEdges(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  seen: Box,
  moving: boolean,
): void {
  const { graph, palette } = scene;
  const { related, selectedIndex } = graph.store;
  pen.strokeStyle = palette.strongLine;
  pen.fillStyle = palette.strongLine;
  pen.lineWidth = 1.1 * Math.max(1, 0.8 / view.k);
  const inSight = edgesWithin(scene.bounds, seen);
  pen.globalAlpha = edgeOpacity(inSight.length, selectedIndex >= 0);
  const simple = detailAt(view.k) === "far" && inSight.length > MOVING;
  stroke(pen, scene, thin(inSight, moving ? MOVING : AT_REST), simple);
  if (selectedIndex < 0) return;
  pen.globalAlpha = 1;
  pen.strokeStyle = palette.accent;
  pen.fillStyle = palette.accent;
  pen.lineWidth = 1.8 * Math.max(1, 0.8 / view.k);
  stroke(pen, scene, thin(related.get().edges, moving ? MOVING : AT_REST), false);
}

export function edgesWithin(bounds: Float64Array, { left, top, right, bottom }: Box): number[] {
  const found: number[] = [];
  for (let edge = 0, k = 0; k < bounds.length; edge += 1, k += 4) {
    if (
      (bounds[k] ?? 0) <= right &&
      (bounds[k + 1] ?? 0) <= bottom &&
      (bounds[k + 2] ?? 0) >= left &&
      (bounds[k + 3] ?? 0) >= top
    )
      found.push(edge);
  }
  return found;
}

/** At most `most` edges, spread over all of them; the same ones while their number is about the same. */
export function thin(edges: readonly number[], most: number): readonly number[] {
  let every = 1;
  while (edges.length / every > most) every *= 2;
  return every === 1 ? edges : edges.filter((edge) => (Math.imul(edge, 0x9e3779b1) >>> 8) % every === 0);
}

function stroke(
  pen: CanvasRenderingContext2D,
  { graph: { layout } }: Scene,
  edges: readonly number[],
  simple: boolean,
): void {
  for (let first = 0; first < edges.length; first += PIECE) {
    const piece = edges.slice(first, first + PIECE);
    pen.beginPath();
    for (const edge of piece) {
      if (simple) straight(pen, layout.points, layout.offsets[edge] ?? 0, layout.offsets[edge + 1] ?? 0);
      else drawEdge(layout, edge, pen);
    }
    pen.stroke();
    if (simple) continue;
    pen.beginPath();
    for (const edge of piece) drawHead(layout, edge, pen);
    pen.fill();
  }
}

function straight(pen: CanvasRenderingContext2D, points: Float64Array, first: number, end: number): void {
  pen.moveTo(points[first] ?? 0, points[first + 1] ?? 0);
  pen.lineTo(points[end - 2] ?? 0, points[end - 1] ?? 0);
}

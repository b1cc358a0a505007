/** The keys of a graph: `+`, `-` and `0` for the view, arrows to pan it or to walk from task to task. */

import type { Camera } from "./camera";
import type { Layout } from "./layout/types";
import { type Model, neighbours } from "./model";

const STEP = 60;
const ZOOM = 1.35;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Zoom or pan; false where the key means something else. */
export function viewKey(camera: Camera, key: string): boolean {
  if (key === "+" || key === "=") camera.zoom(ZOOM);
  else if (key === "-" || key === "_") camera.zoom(1 / ZOOM);
  else if (key === "0") camera.fit();
  else {
    const arrow = ARROWS[key];
    if (!arrow) return false;
    camera.pan(arrow[0] * STEP, arrow[1] * STEP);
  }
  return true;
}

/**
 * The task an arrow leads to from `node`: along the flow to a dependency or a dependant, across it to the nearest task
 * at the same place of the flow. -1 where there is none or the key is no arrow.
 */
export function step(model: Model, layout: Layout, node: number, key: string): number {
  const arrow = ARROWS[key];
  if (!arrow) return -1;
  const right = layout.direction === "right";
  const [along, across] = right ? arrow : [arrow[1], arrow[0]];
  if (along > 0) return nearest(layout, node, neighbours(model.upstream, node));
  if (along < 0) return nearest(layout, node, neighbours(model.downstream, node));
  return beside(layout, node, -across);
}

function nearest({ x, y }: Layout, node: number, among: Int32Array): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const other of among) {
    const distance = Math.hypot((x[other] ?? 0) - (x[node] ?? 0), (y[other] ?? 0) - (y[node] ?? 0));
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

function beside({ x, y, direction }: Layout, node: number, sign: number): number {
  const [along, across] = direction === "right" ? [x, y] : [y, x];
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [other, place] of along.entries()) {
    const distance = sign * ((across[other] ?? 0) - (across[node] ?? 0));
    if (distance > 0 && distance < least && Math.abs(place - (along[node] ?? 0)) < 1)
      [best, least] = [other, distance];
  }
  return best;
}

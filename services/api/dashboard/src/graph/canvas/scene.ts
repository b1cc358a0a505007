/** What is drawn on the canvases, prepared once per layout and theme. */

import { STATUSES, type Status, shapeOf } from "@/ui/status";
import type { Graph } from "../context";
import type { Layout } from "../layout/types";
import type { Palette } from "../palette";
import { Spots } from "./spots";

export interface Mark {
  readonly path: Path2D;
  readonly filled: boolean;
  readonly cut: Path2D | null;
}

export interface Scene {
  readonly graph: Graph;
  readonly palette: Palette;
  readonly spots: Spots;
  /** The box around each edge: left, top, right, bottom. */
  readonly bounds: Float64Array;
  readonly marks: ReadonlyMap<Status, Mark>;
  /** Names and ids cut to the card, by what they were cut from and for how much room. */
  readonly cut: Map<string, string>;
}

export function makeScene(graph: Graph, palette: Palette): Scene {
  return {
    graph,
    palette,
    spots: new Spots(graph.layout),
    bounds: boundsOf(graph.layout),
    marks: new Map((Object.keys(STATUSES) as Status[]).map((status) => [status, markOf(status)])),
    cut: new Map(),
  };
}

function markOf(status: Status): Mark {
  const { path, filled, cut } = shapeOf(status);
  return { path: new Path2D(path), filled, cut: cut ? new Path2D(cut) : null };
}

function boundsOf({ offsets, points }: Layout): Float64Array {
  const bounds = new Float64Array((offsets.length - 1) * 4);
  for (let edge = 0; edge + 1 < offsets.length; edge += 1) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = offsets[edge] ?? 0; k < (offsets[edge + 1] ?? 0); k += 2) {
      left = Math.min(left, points[k] ?? 0);
      right = Math.max(right, points[k] ?? 0);
      top = Math.min(top, points[k + 1] ?? 0);
      bottom = Math.max(bottom, points[k + 1] ?? 0);
    }
    bounds.set([left, top, right, bottom], edge * 4);
  }
  return bounds;
}

/** The layout of graphs, beside the page. */

import type { Structure } from "../model";
import type { Size } from "../types";
import { layered } from "./layered";
import type { Direction } from "./types";

export interface Job {
  readonly structure: Structure;
  readonly card: Size;
  readonly direction: Direction;
}

self.onmessage = ({ data }: MessageEvent<Job>) => {
  const layout = layered(data.structure, data.card, data.direction);
  const { x, y, offsets, points } = layout;
  self.postMessage(layout, { transfer: [x.buffer, y.buffer, offsets.buffer, points.buffer] });
};

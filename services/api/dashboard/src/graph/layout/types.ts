import type { Size } from "../types";

/** Where the flow goes: from left to right, or from the top down. */
export type Direction = "right" | "down";

/** Where everything is, in world units (pixels at zoom 1). */
export interface Layout {
  readonly direction: Direction;
  readonly card: Size;
  readonly width: number;
  readonly height: number;
  /** The upper left corner of each card. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The points an edge `e` runs through: pairs of `points` from `offsets[e]` up to `offsets[e + 1]`. */
  readonly offsets: Int32Array;
  readonly points: Float64Array;
}

import { type RefObject, useRef } from "react";
import { useSize } from "@/lib/use-size";
import type { Shape } from "./use-scene";

/** The box in which the rows scroll, and what stands where in it, in pixels. */
export interface Frame {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly height: number;
  /** How wide the names beside the bars are; 0 where each stands above its bar. */
  readonly nameWidth: number;
  /** Where the bars begin. */
  readonly left: number;
  readonly shape: Shape;
}

const ROW = 24;
/** Where there is little room a name stands above its bar. */
const STACKED = 640;
const STACKED_ROW = 40;
const INSET = 10;

export function useFrame(): Frame {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const stacked = size.width > 0 && size.width < STACKED;
  const nameWidth = stacked ? 0 : Math.round(Math.min(Math.max(0.22 * size.width, 170), 290));
  const left = stacked ? INSET : nameWidth;
  const width = Math.max(0, size.width - left);
  const shape = stacked
    ? { rowHeight: STACKED_ROW, middle: 29, gridTop: 20, width }
    : { rowHeight: ROW, middle: ROW / 2, gridTop: 0, width };
  return { box, height: size.height, nameWidth, left, shape };
}

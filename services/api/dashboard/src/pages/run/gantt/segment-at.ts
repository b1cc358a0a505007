import type { Segment } from "@/core/segments";

/** Return the stretch that covers pixel `x`, or the nearest that is no more than `reach` away. */
export function segmentAt(
  segments: readonly Segment[],
  x: number,
  place: (time: number) => number,
  reach: number,
): Segment | undefined {
  let [found, least]: [Segment | undefined, number] = [undefined, reach];
  for (const segment of segments) {
    const distance = Math.max(place(segment.from) - x, x - place(segment.to), 0);
    // Of two that touch the later one, of which more is likely to be asked.
    if (distance <= least) [found, least] = [segment, distance];
  }
  return found;
}

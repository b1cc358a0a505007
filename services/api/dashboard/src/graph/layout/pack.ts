/** Parts beside each other: on shelves, in their order, towards a shape like that of a screen. */

interface Extent {
  readonly length: number;
  readonly thickness: number;
}

/** Where each extent begins, and how much room all of them take. `aspect` is length by thickness. */
export function pack(
  extents: readonly Extent[],
  aspect: number,
  gap: number,
): { along: Float64Array; across: Float64Array; length: number; thickness: number } {
  const area = extents.reduce((sum, { length, thickness }) => sum + (length + gap) * (thickness + gap), 0);
  const longest = extents.reduce((most, { length }) => Math.max(most, length), 0);
  const limit = Math.max(longest, Math.sqrt(area * aspect));
  const along = new Float64Array(extents.length);
  const across = new Float64Array(extents.length);
  let at = 0;
  let shelf = 0;
  let deep = 0;
  let length = 0;
  for (const [i, extent] of extents.entries()) {
    if (at > 0 && at + extent.length > limit) {
      shelf += deep + gap;
      at = 0;
      deep = 0;
    }
    along[i] = at;
    across[i] = shelf;
    at += extent.length + gap;
    deep = Math.max(deep, extent.thickness);
    length = Math.max(length, at - gap);
  }
  return { along, across, length, thickness: shelf + deep };
}

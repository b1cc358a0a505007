/** Parts beside each other: the thick ones first, on shelves, towards a shape like that of a screen. */

interface Extent {
  readonly length: number;
  readonly thickness: number;
}

export interface Packed {
  /** Where each extent begins. */
  readonly along: Float64Array;
  readonly across: Float64Array;
  readonly length: number;
  readonly thickness: number;
}

/** Pack extents. `aspect` is length by thickness. On a shelf, thinner ones stand under each other where they fit. */
export function pack(extents: readonly Extent[], aspect: number, gap: number): Packed {
  const area = extents.reduce((sum, { length, thickness }) => sum + (length + gap) * (thickness + gap), 0);
  const longest = extents.reduce((most, { length }) => Math.max(most, length), 0);
  const limit = Math.max(longest, Math.sqrt(area * aspect));
  const along = new Float64Array(extents.length);
  const across = new Float64Array(extents.length);
  const shelf = { at: 0, deep: 0 };
  const column = { at: 0, length: 0, deep: 0 };
  let length = 0;
  for (const [i, extent] of byThickness(extents)) {
    const under = extent.length <= column.length && column.deep + gap + extent.thickness <= shelf.deep;
    if (!under) {
      const next = column.length ? column.at + column.length + gap : 0;
      const full = next > 0 && next + extent.length > limit;
      if (full) shelf.at += shelf.deep + gap;
      if (full || next === 0) shelf.deep = extent.thickness;
      Object.assign(column, { at: full ? 0 : next, length: extent.length, deep: -gap });
    }
    along[i] = column.at;
    across[i] = shelf.at + column.deep + gap;
    column.deep += gap + extent.thickness;
    length = Math.max(length, column.at + extent.length);
  }
  return { along, across, length, thickness: shelf.at + shelf.deep };
}

function byThickness(extents: readonly Extent[]): [number, Extent][] {
  return [...extents.entries()].sort(([i, a], [k, b]) => b.thickness - a.thickness || i - k);
}

/** Places across the ranks: each row as near to its neighbours as its order and its gaps allow. */

import type { Adjacency } from "../model";
import type { Ranked } from "./grid";

const SWEEPS = 10;
/** Bends pull harder than cards, so that long edges run straight. */
const BEND_WEIGHT = 4;

/** The middle of every node and bend across the ranks; `thickness` is that of a card. */
export function place(ranked: Ranked, thickness: number, gap: number): Float64Array {
  const { rows, up, down } = ranked;
  const at = new Float64Array(ranked.total);
  const room = (node: number) => (node < ranked.nodes ? thickness / 2 + gap / 2 : gap / 2);
  const steps = rows.map((row) => row.map((node, i) => (i ? room(row[i - 1] ?? 0) + room(node) : 0)));
  for (const [r, row] of rows.entries())
    settle(ranked, row, steps[r] ?? [], new Float64Array(row.length), at);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const last = sweep >= SWEEPS - 2;
    const forward = sweep % 2 === 0;
    for (let k = 0; k < rows.length; k += 1) {
      const r = forward ? k : rows.length - 1 - k;
      const row = rows[r] ?? [];
      const sides = last ? [up, down] : [forward ? up : down];
      settle(ranked, row, steps[r] ?? [], wishes(row, sides, at), at);
    }
  }
  return at;
}

/** Where the nodes of a row would stand if there was room: at the mean of their neighbours on `sides`. */
function wishes(row: readonly number[], sides: readonly Adjacency[], at: Float64Array): Float64Array {
  return Float64Array.from(row, (node) => {
    let sum = 0;
    let count = 0;
    for (const side of sides) {
      for (let k = side.at[node] ?? 0; k < (side.at[node + 1] ?? 0); k += 1) {
        sum += at[side.node[k] ?? 0] ?? 0;
        count += 1;
      }
    }
    return count ? sum / count : (at[node] ?? 0);
  });
}

/**
 * Move a row to its wishes: the least squares under "every node at least its step after the one before". Without the
 * steps that is a monotone regression, which pooling neighbours that are out of order solves in linear time.
 */
function settle(
  ranked: Ranked,
  row: readonly number[],
  step: readonly number[],
  wish: Float64Array,
  at: Float64Array,
): void {
  const value: number[] = [];
  const weight: number[] = [];
  const length: number[] = [];
  let offset = 0;
  for (const [i, node] of row.entries()) {
    offset += step[i] ?? 0;
    let mean = (wish[i] ?? 0) - offset;
    let mass = node < ranked.nodes ? 1 : BEND_WEIGHT;
    let size = 1;
    while (value.length && (value.at(-1) ?? 0) >= mean) {
      const other = weight.pop() ?? 0;
      mean = (mean * mass + (value.pop() ?? 0) * other) / (mass + other);
      mass += other;
      size += length.pop() ?? 0;
    }
    value.push(mean);
    weight.push(mass);
    length.push(size);
  }
  offset = 0;
  let i = 0;
  for (const [block, size] of length.entries()) {
    for (let k = 0; k < size; k += 1, i += 1) {
      offset += step[i] ?? 0;
      at[row[i] ?? 0] = (value[block] ?? 0) + offset;
    }
  }
}

/** The order inside the ranks: sweeps by the mean place of the neighbours, and the best order seen is kept. */

import type { Adjacency } from "../model";
import type { Ranked } from "./grid";

/** Improve `rows` in place, with so many sweeps there and back. */
export function order(ranked: Ranked, rounds: number): void {
  const { rows, up, down } = ranked;
  const place = new Float64Array(ranked.total);
  for (const row of rows) number(row, place);
  let fewest = crossings(ranked, place);
  let best = rows.map((row) => row.slice());
  for (let round = 0; round < rounds && fewest > 0; round += 1) {
    for (let r = 1; r < rows.length; r += 1) sortRow(rows[r] ?? [], up, place);
    for (let r = rows.length - 2; r >= 0; r -= 1) sortRow(rows[r] ?? [], down, place);
    const now = crossings(ranked, place);
    if (now < fewest) {
      fewest = now;
      best = rows.map((row) => row.slice());
    }
  }
  for (const [r, row] of best.entries()) rows[r] = row;
}

function number(row: readonly number[], place: Float64Array): void {
  for (const [i, node] of row.entries()) place[node] = i;
}

function sortRow(row: number[], edges: Adjacency, place: Float64Array): void {
  const wish = new Map<number, number>();
  for (const node of row) wish.set(node, mean(node, edges, place));
  row.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || (place[a] ?? 0) - (place[b] ?? 0));
  number(row, place);
}

/** The mean place of a node's neighbours; its own where it has none. */
function mean(node: number, edges: Adjacency, place: Float64Array): number {
  const first = edges.at[node] ?? 0;
  const end = edges.at[node + 1] ?? 0;
  if (first === end) return place[node] ?? 0;
  let sum = 0;
  for (let k = first; k < end; k += 1) sum += place[edges.node[k] ?? 0] ?? 0;
  return sum / (end - first);
}

/** How many pairs of links cross, counted with a Fenwick tree over the places of the next rank. */
function crossings({ rows, down }: Ranked, place: Float64Array): number {
  let total = 0;
  for (let r = 0; r + 1 < rows.length; r += 1) {
    const width = rows[r + 1]?.length ?? 0;
    const tree = new Int32Array(width + 1);
    let seen = 0;
    for (const node of rows[r] ?? []) {
      const first = down.at[node] ?? 0;
      const end = down.at[node + 1] ?? 0;
      for (let k = first; k < end; k += 1) total += seen - upTo(tree, place[down.node[k] ?? 0] ?? 0);
      for (let k = first; k < end; k += 1) add(tree, place[down.node[k] ?? 0] ?? 0);
      seen += end - first;
    }
  }
  return total;
}

function upTo(tree: Int32Array, place: number): number {
  let sum = 0;
  for (let i = Math.min(place + 1, tree.length - 1); i > 0; i -= i & -i) sum += tree[i] ?? 0;
  return sum;
}

function add(tree: Int32Array, place: number): void {
  for (let i = place + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
}

/**
 * The nodes of one part, rank by rank, with bends for edges that pass ranks.
 *
 * An edge over several ranks runs through one bend in each rank between. Edges from the same node share their bends, so
 * that a node that many others wait for gives one bundle, not many lines.
 */

import { type Adjacency, adjacency, type Structure } from "../model";

export interface Ranked {
  /** Nodes first (as in the structure), bends after them. */
  readonly total: number;
  readonly nodes: number;
  readonly rank: Int32Array;
  readonly rows: number[][];
  /** Along the links of one rank: each leads from a rank to the next. */
  readonly down: Adjacency;
  readonly up: Adjacency;
  /** The first bend of a node's bundle, -1 where it has none; the next ranks' bends follow it. */
  readonly bundle: Int32Array;
}

/** Lay the nodes out by rank. With `bends` false edges are straight, whatever they pass. */
export function grid(structure: Structure, rank: Int32Array, bends: boolean): Ranked {
  const { count, from, to } = structure;
  const furthest = new Int32Array(count);
  for (const [e, source] of from.entries()) {
    furthest[source] = Math.max(furthest[source] ?? 0, (rank[to[e] ?? 0] ?? 0) - (rank[source] ?? 0));
  }
  const bundle = new Int32Array(count).fill(-1);
  const ranksOfAll = Array.from(rank);
  const near: number[] = [];
  const far: number[] = [];
  for (let node = 0; bends && node < count; node += 1) {
    const length = (furthest[node] ?? 0) - 1;
    if (length < 1) continue;
    bundle[node] = ranksOfAll.length;
    for (let k = 1; k <= length; k += 1) {
      near.push(k === 1 ? node : ranksOfAll.length - 1);
      far.push(ranksOfAll.length);
      ranksOfAll.push((rank[node] ?? 0) + k);
    }
  }
  for (const [e, source] of from.entries()) {
    const target = to[e] ?? 0;
    const span = (rank[target] ?? 0) - (rank[source] ?? 0);
    near.push(span > 1 && bends ? (bundle[source] ?? 0) + span - 2 : source);
    far.push(target);
  }
  const total = ranksOfAll.length;
  const nearOf = Int32Array.from(near);
  const farOf = Int32Array.from(far);
  const all = Int32Array.from(ranksOfAll);
  const down = adjacency(total, nearOf, farOf);
  return {
    total,
    nodes: count,
    rank: all,
    rows: firstOrder(total, all, down),
    down,
    up: adjacency(total, farOf, nearOf),
    bundle,
  };
}

/** How many bends `grid` would make. */
export function countBends({ count, from, to }: Structure, rank: Int32Array): number {
  const furthest = new Int32Array(count);
  for (const [e, source] of from.entries()) {
    furthest[source] = Math.max(furthest[source] ?? 0, (rank[to[e] ?? 0] ?? 0) - (rank[source] ?? 0) - 1);
  }
  return furthest.reduce((sum, bends) => sum + Math.max(0, bends), 0);
}

/** Rows in the order of a walk from the first nodes: what belongs together begins together. */
function firstOrder(total: number, rank: Int32Array, down: Adjacency): number[][] {
  const rows: number[][] = [];
  const seen = new Uint8Array(total);
  const sorted = Array.from({ length: total }, (_, i) => i).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
  for (const start of sorted) {
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen[node]) continue;
      seen[node] = 1;
      const at = rank[node] ?? 0;
      while (rows.length <= at) rows.push([]);
      rows[at]?.push(node);
      for (let k = (down.at[node + 1] ?? 0) - 1; k >= (down.at[node] ?? 0); k -= 1)
        open.push(down.node[k] ?? 0);
    }
  }
  return rows;
}

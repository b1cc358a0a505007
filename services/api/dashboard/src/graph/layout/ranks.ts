/** Ranks: a task stands after everything it waits for. */

import { type Adjacency, adjacency, neighbours, type Structure } from "../model";

/** The rank of every node: the length of the longest way to it; nodes without dependencies stand just before their use. */
export function ranks(structure: Structure): Int32Array {
  const { count, from, to } = structure;
  const down = adjacency(count, from, to);
  const waits = new Int32Array(count);
  for (const node of to) waits[node] = (waits[node] ?? 0) + 1;
  const rank = new Int32Array(count);
  const open: number[] = [];
  for (let i = 0; i < count; i += 1) if (waits[i] === 0) open.push(i);
  const roots = open.length;
  // The queue grows while it is read. What stands in a cycle (no definition that was accepted has one) keeps rank 0.
  for (let head = 0; head < open.length; head += 1) {
    const node = open[head] ?? 0;
    for (const next of neighbours(down, node)) {
      rank[next] = Math.max(rank[next] ?? 0, (rank[node] ?? 0) + 1);
      waits[next] = (waits[next] ?? 0) - 1;
      if (waits[next] === 0) open.push(next);
    }
  }
  for (const root of open.slice(0, roots)) pull(root, rank, down);
  return rank;
}

function pull(root: number, rank: Int32Array, down: Adjacency): void {
  let nearest = Number.POSITIVE_INFINITY;
  for (const next of neighbours(down, root)) nearest = Math.min(nearest, rank[next] ?? 0);
  if (Number.isFinite(nearest)) rank[root] = Math.max(0, nearest - 1);
}

/**
 * The number of the connected part each node belongs to, in the order of their first nodes. Nodes without any edge are one
 * part together, the last.
 */
export function parts({ count, from, to }: Structure): { part: Int32Array; count: number } {
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const alone = new Uint8Array(count).fill(1);
  const root = (node: number): number => {
    let at = node;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? 0] ?? 0;
      at = parent[at] ?? 0;
    }
    return at;
  };
  for (const [e, source] of from.entries()) {
    const target = to[e] ?? 0;
    alone[source] = 0;
    alone[target] = 0;
    const a = root(source);
    const b = root(target);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  const part = new Int32Array(count);
  let found = 0;
  for (let i = 0; i < count; i += 1) {
    if (alone[i]) continue;
    const first = root(i);
    part[i] = first === i ? found++ : (part[first] ?? 0);
  }
  const some = alone.some(Boolean);
  if (some) for (let i = 0; i < count; i += 1) if (alone[i]) part[i] = found;
  return { part, count: some ? found + 1 : found };
}

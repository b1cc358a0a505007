/** A definition as numbers: what layout, drawing and walking along dependencies work on. */

import type { GraphNode, Size } from "./types";

/** Tasks and dependencies by index; the edge `e` leads from `from[e]` to `to[e]`, which waits for it. */
export interface Structure {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface Model extends Structure {
  readonly nodes: readonly GraphNode[];
  readonly index: ReadonlyMap<string, number>;
  readonly upstream: Adjacency;
  readonly downstream: Adjacency;
  readonly card: Size;
}

/** The neighbours of `i` and the edges to them: `at[i]` up to `at[i + 1]` of `node` and `edge`. */
export interface Adjacency {
  readonly at: Int32Array;
  readonly node: Int32Array;
  readonly edge: Int32Array;
}

/** Build the model. Dependencies on tasks that are not there, on the task itself, or said twice count as absent. */
export function buildModel(nodes: readonly GraphNode[]): Model {
  const index = new Map(nodes.map((node, i) => [node.id, i]));
  const from: number[] = [];
  const to: number[] = [];
  for (const [i, node] of nodes.entries()) {
    for (const dependency of new Set(node.dependencies)) {
      const source = index.get(dependency);
      if (source === undefined || source === i) continue;
      from.push(source);
      to.push(i);
    }
  }
  const structure = { count: nodes.length, from: Int32Array.from(from), to: Int32Array.from(to) };
  return {
    ...structure,
    nodes,
    index,
    upstream: adjacency(structure.count, structure.to, structure.from),
    downstream: adjacency(structure.count, structure.from, structure.to),
    card: cardSize(nodes),
  };
}

/** The neighbours of each of `count` nodes at the `far` end of the edges that have it at their `near` end. */
export function adjacency(count: number, near: Int32Array, far: Int32Array): Adjacency {
  const at = new Int32Array(count + 1);
  for (const node of near) at[node + 1] = (at[node + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) at[i + 1] = (at[i + 1] ?? 0) + (at[i] ?? 0);
  const next = at.slice(0, count);
  const node = new Int32Array(near.length);
  const edge = new Int32Array(near.length);
  for (const [e, end] of near.entries()) {
    const slot = next[end] ?? 0;
    next[end] = slot + 1;
    node[slot] = far[e] ?? 0;
    edge[slot] = e;
  }
  return { at, node, edge };
}

/** Every node that can be reached from `start` along `edges`, without `start` itself. */
export function reach(edges: Adjacency, start: number): Set<number> {
  const seen = new Set<number>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const node of neighbours(edges, next)) {
      if (seen.has(node) || node === start) continue;
      seen.add(node);
      open.push(node);
    }
  }
  return seen;
}

export function neighbours(edges: Adjacency, node: number): Int32Array {
  return edges.node.subarray(edges.at[node], edges.at[node + 1]);
}

/** Whether two definitions show the same graph, name for name. */
export function sameNodes(a: readonly GraphNode[], b: readonly GraphNode[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((node, i) => {
    const other = b[i];
    return (
      other !== undefined &&
      node.id === other.id &&
      node.name === other.name &&
      (node.dependencies === other.dependencies ||
        (node.dependencies.length === other.dependencies.length &&
          node.dependencies.every((id, k) => id === other.dependencies[k])))
    );
  });
}

const NAME_WIDTH = 7.1;
const ID_WIDTH = 6.4;
/** The mark, the padding, and room for a badge of attempts. */
const AROUND = 72;

/** One size for all cards: wide enough for nearly all names, within limits; a second line only where ids differ. */
function cardSize(nodes: readonly GraphNode[]): Size {
  const lengths = nodes.map((node) =>
    Math.max(node.name.length * NAME_WIDTH, node.name === node.id ? 0 : node.id.length * ID_WIDTH),
  );
  lengths.sort((a, b) => a - b);
  const wanted = (lengths[Math.floor(lengths.length * 0.95)] ?? 0) + AROUND;
  const width = Math.round(Math.min(208, Math.max(120, wanted)) / 8) * 8;
  return { width, height: nodes.some((node) => node.name !== node.id) ? 44 : 32 };
}

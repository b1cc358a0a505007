/**
 * A layered layout in about linear time.
 *
 * The usual engine for this, elk, was measured here and left: on two shared cores its fastest options took 0.7 s for 1,000
 * tasks in three ranks and 2.7 s for 1,000 tasks in 25, on top of 0.3 s to start and 1.6 MB to load; this takes some 30 ms
 * for any of them and 100 ms for 20,000 tasks. Ranks are the longest ways, the order comes from a few sweeps by mean
 * places, the places from least squares. Two more things elk does not do: a rank of hundreds of tasks is folded into several
 * columns, so that a fan of a thousand is a block and not a line 40,000 pixels long, and edges from the same task share
 * one bundle.
 */

import type { Structure } from "../model";
import type { Size } from "../types";
import { countBends, grid, type Ranked } from "./grid";
import { order } from "./order";
import { type Packed, pack } from "./pack";
import { place } from "./place";
import { parts, ranks } from "./ranks";
import type { Direction, Layout } from "./types";

const GAP = 14;
const PART_GAP = 48;
/** Folding begins where a part is so much thicker than long, and not before a rank is so wide. */
const TOO_THICK = 2.5;
const WIDE_RANK = 30;
const ROUNDS = 8;

/** A part of the graph placed by itself: the middles along the flow and across it, cards first, bends after them. */
interface Placed {
  readonly members: Int32Array;
  readonly along: Float64Array;
  readonly across: Float64Array;
  readonly ranked: Ranked;
  readonly length: number;
  readonly thickness: number;
}

/** What is counted along the flow and across it, whichever way the flow goes. */
interface Flow {
  readonly length: number;
  readonly thickness: number;
  /** The shape to aim for, length by thickness. */
  readonly aspect: number;
}

export function layered(structure: Structure, card: Size, direction: Direction): Layout {
  const right = direction === "right";
  const flow: Flow = right
    ? { length: card.width, thickness: card.height, aspect: 1.7 }
    : { length: card.height, thickness: card.width, aspect: 1 / 1.7 };
  const rank = ranks(structure);
  const placed = split(structure).map(({ members, inner }) =>
    placePart(
      inner,
      members,
      Int32Array.from(members, (node) => rank[node] ?? 0),
      flow,
    ),
  );
  const packed = pack(placed, flow.aspect, PART_GAP);
  const along = new Float64Array(structure.count);
  const across = new Float64Array(structure.count);
  for (const [p, part] of placed.entries()) {
    for (const [k, node] of part.members.entries()) {
      along[node] = (part.along[k] ?? 0) + (packed.along[p] ?? 0);
      across[node] = (part.across[k] ?? 0) + (packed.across[p] ?? 0);
    }
  }
  const routes = route(structure, placed, packed, flow, along, across);
  const [h, v] = right ? [along, across] : [across, along];
  return {
    direction,
    card,
    width: right ? packed.length : packed.thickness,
    height: right ? packed.thickness : packed.length,
    x: h.map((middle) => middle - card.width / 2),
    y: v.map((middle) => middle - card.height / 2),
    offsets: routes.offsets,
    points: right ? routes.points : swap(routes.points),
  };
}

/** The connected parts, each with its own numbering. */
function split(structure: Structure): { members: Int32Array; inner: Structure }[] {
  const { part, count } = parts(structure);
  const members: number[][] = Array.from({ length: count }, () => []);
  const number = new Int32Array(structure.count);
  for (const [node, p] of part.entries()) number[node] = (members[p]?.push(node) ?? 1) - 1;
  const from: number[][] = members.map(() => []);
  const to: number[][] = members.map(() => []);
  for (const [e, source] of structure.from.entries()) {
    from[part[source] ?? 0]?.push(number[source] ?? 0);
    to[part[source] ?? 0]?.push(number[structure.to[e] ?? 0] ?? 0);
  }
  return members.map((nodes, p) => ({
    members: Int32Array.from(nodes),
    inner: { count: nodes.length, from: Int32Array.from(from[p] ?? []), to: Int32Array.from(to[p] ?? []) },
  }));
}

function placePart(inner: Structure, members: Int32Array, given: Int32Array, flow: Flow): Placed {
  const first = given.reduce((least, rank) => Math.min(least, rank), Number.POSITIVE_INFINITY);
  const rank = given.map((value) => value - first);
  const widths = rowWidths(rank);
  const most = Math.max(...widths);
  const space = gapBetween(inner, widths.length);
  const length = widths.length * (flow.length + space) - space;
  const folded = most > WIDE_RANK && most * (flow.thickness + GAP) * flow.aspect > TOO_THICK * length;
  const bends = !folded && countBends(inner, rank) <= 8 * inner.count;
  const ranked = grid(inner, rank, bends);
  order(ranked, ROUNDS);
  return folded ? fold(ranked, members, flow, space) : spread(ranked, members, flow, space);
}

function rowWidths(rank: Int32Array): number[] {
  const widths: number[] = [];
  for (const r of rank) {
    while (widths.length <= r) widths.push(0);
    widths[r] = (widths[r] ?? 0) + 1;
  }
  return widths;
}

/** The space between ranks: more where many edges have to find their way. */
function gapBetween(inner: Structure, rows: number): number {
  return Math.round(40 + Math.min(72, inner.from.length / Math.max(1, rows - 1)));
}

function spread(ranked: Ranked, members: Int32Array, flow: Flow, space: number): Placed {
  const across = place(ranked, flow.thickness, GAP);
  const along = Float64Array.from(ranked.rank, (rank) => rank * (flow.length + space) + flow.length / 2);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, middle] of across.entries()) {
    const half = i < ranked.nodes ? flow.thickness / 2 : 0;
    least = Math.min(least, middle - half);
    most = Math.max(most, middle + half);
  }
  return {
    members,
    ranked,
    along,
    across: across.map((middle) => middle - least),
    length: ranked.rows.length * (flow.length + space) - space,
    thickness: most - least,
  };
}

/** Every rank as a block of columns, none longer than what gives the part the wanted shape. */
function fold(ranked: Ranked, members: Int32Array, flow: Flow, space: number): Placed {
  const rows = columnsOf(ranked, flow, space);
  const along = new Float64Array(ranked.total);
  const across = new Float64Array(ranked.total);
  const step = flow.thickness + GAP;
  const thickness = Math.min(rows, Math.max(...ranked.rows.map((row) => row.length))) * step - GAP;
  let start = 0;
  for (const row of ranked.rows) {
    const columns = Math.ceil(row.length / rows);
    const deep = Math.ceil(row.length / columns);
    for (const [i, node] of row.entries()) {
      const column = Math.floor(i / deep);
      const size = Math.min(deep, row.length - column * deep);
      along[node] = start + column * (flow.length + GAP) + flow.length / 2;
      across[node] = (thickness - (size * step - GAP)) / 2 + (i % deep) * step + flow.thickness / 2;
    }
    start += columns * (flow.length + GAP) - GAP + space;
  }
  return { members, ranked, along, across, length: start - space, thickness };
}

/** The longest column: the shortest for which the part is not longer than its aspect wants. */
function columnsOf(ranked: Ranked, flow: Flow, space: number): number {
  let rows = 4;
  for (; rows < ranked.total; rows = Math.ceil(rows * 1.15)) {
    const length = ranked.rows.reduce(
      (sum, row) => sum + Math.ceil(row.length / rows) * (flow.length + GAP) - GAP + space,
      -space,
    );
    if (length <= flow.aspect * rows * (flow.thickness + GAP)) break;
  }
  return rows;
}

/** The points of every edge: out of its source, through the bends, into its target. */
function route(
  structure: Structure,
  placed: readonly Placed[],
  packed: Packed,
  flow: Flow,
  along: Float64Array,
  across: Float64Array,
): { offsets: Int32Array; points: Float64Array } {
  const partOf = new Int32Array(structure.count);
  const number = new Int32Array(structure.count);
  for (const [p, part] of placed.entries()) {
    for (const [k, node] of part.members.entries()) {
      partOf[node] = p;
      number[node] = k;
    }
  }
  const offsets = new Int32Array(structure.from.length + 1);
  const points: number[] = [];
  const half = flow.length / 2;
  for (const [e, source] of structure.from.entries()) {
    const target = structure.to[e] ?? 0;
    const p = partOf[source] ?? 0;
    const part = placed[p];
    points.push((along[source] ?? 0) + half, across[source] ?? 0);
    const bundle = part?.ranked.bundle[number[source] ?? 0] ?? -1;
    if (part && bundle >= 0) {
      const rankOf = (node: number) => part.ranked.rank[number[node] ?? 0] ?? 0;
      const bends = rankOf(target) - rankOf(source) - 1;
      for (let k = 0; k < bends; k += 1) {
        const middle = (part.along[bundle + k] ?? 0) + (packed.along[p] ?? 0);
        const height = (part.across[bundle + k] ?? 0) + (packed.across[p] ?? 0);
        points.push(middle - half, height, middle + half, height);
      }
    }
    points.push((along[target] ?? 0) - half, across[target] ?? 0);
    offsets[e + 1] = points.length;
  }
  return { offsets, points: Float64Array.from(points) };
}

function swap(points: Float64Array): Float64Array {
  const turned = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    turned[i] = points[i + 1] ?? 0;
    turned[i + 1] = points[i] ?? 0;
  }
  return turned;
}

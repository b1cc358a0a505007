import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildModel, type Model } from "../model";
import type { GraphNode } from "../types";
import { layered } from "./layered";
import { parts, ranks } from "./ranks";
import type { Direction, Layout } from "./types";

function node(id: number, dependencies: readonly number[]): GraphNode {
  return { id: `t${id}`, name: `Task ${id}`, dependencies: dependencies.map((d) => `t${d}`) };
}

/** Definitions of any shape: every task waits for some of those before it. */
const definitions = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 60 })
  .map((rows) => rows.map((row, i) => node(i, i ? [...new Set(row.map((d) => d % i))] : [])));
const directions = fc.constantFrom<Direction>("right", "down");

const fan = [
  node(0, []),
  ...Array.from({ length: 998 }, (_, i) => node(i + 1, [0])),
  node(
    999,
    Array.from({ length: 998 }, (_, i) => i + 1),
  ),
];
const chain = Array.from({ length: 200 }, (_, i) => node(i, i ? [i - 1] : []));
const loose = Array.from({ length: 300 }, (_, i) => node(i, []));

function lay(model: Model, direction: Direction): Layout {
  return layered(model, model.card, direction);
}

function overlaps({ x, y, card }: Layout): number {
  const order = Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  let found = 0;
  for (const [k, a] of order.entries()) {
    for (const b of order.slice(k + 1)) {
      if ((x[b] ?? 0) >= (x[a] ?? 0) + card.width) break;
      if (Math.abs((y[a] ?? 0) - (y[b] ?? 0)) < card.height) found += 1;
    }
  }
  return found;
}

/** Edges whose target does not begin after the end of their source, in the direction of the flow. */
function backward(model: Model, { x, y, card, direction }: Layout): number {
  const [at, size] = direction === "right" ? [x, card.width] : [y, card.height];
  return model.from.filter((source, e) => (at[source] ?? 0) + size > (at[model.to[e] ?? 0] ?? 0)).length;
}

function expectSound(nodes: readonly GraphNode[], direction: Direction): void {
  const model = buildModel(nodes);
  const layout = lay(model, direction);
  expect(overlaps(layout)).toBe(0);
  expect(backward(model, layout)).toBe(0);
  for (const i of layout.x.keys()) {
    expect(layout.x[i]).toBeGreaterThanOrEqual(-0.001);
    expect(layout.y[i]).toBeGreaterThanOrEqual(-0.001);
    expect((layout.x[i] ?? 0) + layout.card.width).toBeLessThanOrEqual(layout.width + 0.001);
    expect((layout.y[i] ?? 0) + layout.card.height).toBeLessThanOrEqual(layout.height + 0.001);
  }
}

describe("the layered layout", () => {
  it("never lets cards overlap, nor a task stand before what it waits for", () => {
    fc.assert(fc.property(definitions, directions, expectSound));
  });

  it.each([
    ["a fan of 1,000", fan],
    ["a chain of 200", chain],
    ["300 tasks without dependencies", loose],
    ["a single task", chain.slice(0, 1)],
  ])("is sound for %s", (_, nodes) => {
    expectSound(nodes, "right");
    expectSound(nodes, "down");
  });

  it("gives the same for the same", () => {
    fc.assert(
      fc.property(definitions, directions, (nodes, direction) => {
        expect(lay(buildModel(nodes), direction)).toEqual(lay(buildModel(nodes), direction));
      }),
    );
  });

  it("folds a rank of hundreds, so that the whole has the shape of a screen", () => {
    const { width, height } = lay(buildModel(fan), "right");
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(3);
  });

  it("leads every edge from the end of its source to the beginning of its target", () => {
    fc.assert(
      fc.property(definitions, (nodes) => {
        const model = buildModel(nodes);
        const { x, y, card, offsets, points } = lay(model, "right");
        for (const [e, source] of model.from.entries()) {
          const target = model.to[e] ?? 0;
          const line = points.subarray(offsets[e], offsets[e + 1]);
          expect(line[0]).toBeCloseTo((x[source] ?? 0) + card.width);
          expect(line[1]).toBeCloseTo((y[source] ?? 0) + card.height / 2);
          expect(line.at(-2)).toBeCloseTo(x[target] ?? 0);
          expect(line.at(-1)).toBeCloseTo((y[target] ?? 0) + card.height / 2);
        }
      }),
    );
  });

  it("passes no card with an edge over several ranks", () => {
    // 0 → 1 → 2 → 3 and 0 → 3: the long edge runs beside 1 and 2.
    const model = buildModel([node(0, []), node(1, [0]), node(2, [1]), node(3, [2, 0])]);
    const { y, card, offsets, points } = lay(model, "right");
    const long = model.from.findIndex((source, e) => source === 0 && model.to[e] === 3);
    const bends = points.subarray((offsets[long] ?? 0) + 2, (offsets[long + 1] ?? 0) - 2);
    expect(bends.length).toBe(8);
    for (let k = 1; k < bends.length; k += 2) {
      const passed = y[k < 4 ? 1 : 2] ?? 0;
      const bend = bends[k] ?? 0;
      expect(bend < passed || bend > passed + card.height).toBe(true);
    }
  });
});

describe("ranks and parts", () => {
  it("takes what has no edges together, after the connected parts", () => {
    const model = buildModel([
      node(0, []),
      node(1, []),
      node(2, [1]),
      node(3, []),
      node(4, []),
      node(5, [4]),
    ]);
    expect(parts(model)).toEqual({ part: Int32Array.from([2, 0, 0, 2, 1, 1]), count: 3 });
  });

  it("puts a task without dependencies just before its first use", () => {
    const model = buildModel([node(0, []), node(1, [0]), node(2, [1]), node(3, []), node(4, [2, 3])]);
    expect(Array.from(ranks(model))).toEqual([0, 1, 2, 2, 3]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layered } from "../layout/layered";
import { buildModel } from "../model";
import { Spots } from "./spots";

const nodes = Array.from({ length: 400 }, (_, i) => ({
  id: `t${i}`,
  name: `Task ${i}`,
  dependencies: i % 3 ? [`t${(i * 7) % i}`] : [],
}));
const model = buildModel(nodes);
const layout = layered(model, model.card, "right");
const spots = new Spots(layout);
const { width, height } = layout.card;

function touches(node: number, x: number, y: number): boolean {
  const left = layout.x[node] ?? 0;
  const top = layout.y[node] ?? 0;
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

describe("finding cards by place", () => {
  it("finds each card at each of its corners and in its middle", () => {
    for (const [node, x] of layout.x.entries()) {
      const y = layout.y[node] ?? 0;
      expect(spots.at(x + width / 2, y + height / 2)).toBe(node);
      expect(spots.at(x + 0.01, y + 0.01)).toBe(node);
      expect(spots.at(x + width - 0.01, y + height - 0.01)).toBe(node);
    }
  });

  it("finds what looking at every card would find", () => {
    const places = fc.record({
      x: fc.double({ min: -50, max: layout.width + 50, noNaN: true }),
      y: fc.double({ min: -50, max: layout.height + 50, noNaN: true }),
    });
    fc.assert(
      fc.property(places, ({ x, y }) => {
        expect(spots.at(x, y)).toBe(nodes.findIndex((_, node) => touches(node, x, y)));
      }),
    );
  });

  it("gives every card that a box touches", () => {
    const box = {
      left: layout.width * 0.3,
      right: layout.width * 0.6,
      top: layout.height * 0.2,
      bottom: layout.height * 0.7,
    };
    const found = new Set(spots.within(box));
    for (const [node, x] of layout.x.entries()) {
      const y = layout.y[node] ?? 0;
      const inside = x <= box.right && x + width >= box.left && y <= box.bottom && y + height >= box.top;
      if (inside) expect(found.has(node)).toBe(true);
    }
  });

  it("finds the nearest card where one cannot aim, but none that is too far", () => {
    const x = layout.x[0] ?? 0;
    const y = layout.y[0] ?? 0;
    expect(spots.near(x + width / 2, y - 5, 40)).toBe(0);
    expect(spots.near(-500, -500, 40)).toBe(-1);
  });
});

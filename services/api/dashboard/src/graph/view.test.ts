import { describe, expect, it } from "vitest";
import type { Layout } from "./layout/types";
import { firstView, fitView, keepInSight, showCard, zoomAt } from "./view";

const SCREEN = { width: 1000, height: 500 };

function layout(width: number, height: number, x: number[], y: number[]): Layout {
  return {
    direction: "right",
    card: { width: 160, height: 40 },
    width,
    height,
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    offsets: new Int32Array(1),
    points: new Float64Array(0),
  };
}

describe("the view", () => {
  it("keeps the point under the pointer where it is while zooming", () => {
    const before = { x: 30, y: -20, k: 0.5 };
    const after = zoomAt(before, 1.7, 400, 100, 0.01);
    expect((400 - after.x) / after.k).toBeCloseTo((400 - before.x) / before.k);
    expect((100 - after.y) / after.k).toBeCloseTo((100 - before.y) / before.k);
  });

  it("shows all of a graph when it fits, never larger than life", () => {
    const { k, x, y } = fitView({ width: 4000, height: 1000 }, SCREEN);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + 4000 * k).toBeLessThanOrEqual(SCREEN.width);
    expect(y + 1000 * k).toBeLessThanOrEqual(SCREEN.height);
    expect(fitView({ width: 160, height: 40 }, SCREEN).k).toBe(1);
  });

  it("begins with the beginning of a chain too long to be seen as a whole", () => {
    const chain = layout(40_000, 40, [0], [0]);
    const { k, x } = firstView(chain, SCREEN);
    expect(k).toBeGreaterThan(0.5);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThan(100);
  });

  it("does not let the graph be lost out of sight", () => {
    const { x, y } = keepInSight({ x: 9000, y: -9000, k: 1 }, { width: 500, height: 500 }, SCREEN);
    expect(x).toBeLessThan(SCREEN.width);
    expect(y).toBeGreaterThan(-500);
  });

  it("stays where a card can be seen, and moves to one that cannot", () => {
    const two = layout(5000, 400, [100, 4000], [100, 100]);
    const view = { x: 0, y: 0, k: 1 };
    expect(showCard(view, two, 0, SCREEN, true)).toBe(view);
    const moved = showCard(view, two, 1, SCREEN, false);
    expect(4080 * moved.k + moved.x).toBeCloseTo(SCREEN.width / 2);
    const cutOff = { x: -150, y: 0, k: 1 };
    expect(showCard(cutOff, two, 0, SCREEN, false)).toBe(cutOff);
    expect(showCard(cutOff, two, 0, SCREEN, true)).not.toBe(cutOff);
  });
});

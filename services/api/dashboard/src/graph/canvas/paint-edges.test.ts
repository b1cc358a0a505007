import { describe, expect, it } from "vitest";
import { edgesWithin, thin } from "./paint-edges";

describe("the edges of a frame", () => {
  it("are those whose box touches what is seen", () => {
    const bounds = Float64Array.from([0, 0, 10, 10, 50, 50, 60, 60, 5, 5, 55, 55]);
    expect(edgesWithin(bounds, { left: 40, top: 40, right: 52, bottom: 52 })).toEqual([1, 2]);
  });

  it("are all of them up to the budget, and a steady part of them beyond", () => {
    const edges = Array.from({ length: 5000 }, (_, i) => i);
    expect(thin(edges, 5000)).toBe(edges);
    const some = thin(edges, 1000);
    expect(some.length).toBeGreaterThan(300);
    expect(some.length).toBeLessThan(1200);
    const kept = new Set(some);
    expect(thin(edges.slice(0, 4800), 1000).every((edge) => kept.has(edge))).toBe(true);
  });
});

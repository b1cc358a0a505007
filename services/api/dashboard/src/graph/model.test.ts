import { describe, expect, it } from "vitest";
import { buildModel, neighbours, reach, sameNodes } from "./model";

const DIAMOND = [
  { id: "a", name: "A", dependencies: [] },
  { id: "b", name: "B", dependencies: ["a"] },
  { id: "c", name: "C", dependencies: ["a"] },
  { id: "d", name: "D", dependencies: ["b", "c"] },
  { id: "e", name: "E", dependencies: [] },
];

describe("the model of a definition", () => {
  it("knows everything above and below a task, and nothing else", () => {
    const model = buildModel(DIAMOND);
    expect([...reach(model.upstream, 3)].sort()).toEqual([0, 1, 2]);
    expect([...reach(model.downstream, 1)]).toEqual([3]);
    expect([...reach(model.downstream, 4)]).toEqual([]);
    expect([...neighbours(model.downstream, 0)]).toEqual([1, 2]);
  });

  it("leaves out dependencies that cannot be drawn", () => {
    const model = buildModel([
      { id: "a", name: "A", dependencies: ["a", "nowhere"] },
      ...DIAMOND.slice(1, 2),
    ]);
    expect([...model.from]).toEqual([0]);
    expect([...model.to]).toEqual([1]);
  });

  it("has cards of two lines only where a name differs from its id", () => {
    const plain = buildModel([{ id: "load", name: "load", dependencies: [] }]).card.height;
    expect(buildModel(DIAMOND).card.height).toBeGreaterThan(plain);
  });

  it("is the same for a definition that was read again, not for a changed one", () => {
    expect(sameNodes(DIAMOND, structuredClone(DIAMOND))).toBe(true);
    expect(sameNodes(DIAMOND, DIAMOND.slice(1))).toBe(false);
    expect(
      sameNodes(
        DIAMOND,
        DIAMOND.map((node) => ({ ...node, dependencies: [] })),
      ),
    ).toBe(false);
  });
});

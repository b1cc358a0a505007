import { describe, expect, it } from "vitest";
import { buildModel } from "./model";
import { NodeStore } from "./store";
import type { NodeState } from "./types";

const MODEL = buildModel([
  { id: "a", name: "A", dependencies: [] },
  { id: "b", name: "B", dependencies: ["a"] },
  { id: "c", name: "C", dependencies: ["b"] },
  { id: "d", name: "D", dependencies: [] },
]);

function watched(): { store: NodeStore; told: string[] } {
  const store = new NodeStore(MODEL);
  const told: string[] = [];
  for (const [i, node] of MODEL.nodes.entries()) store.subscribe(i, () => told.push(node.id));
  return { store, told };
}

const RUNNING: NodeState = { status: "running", attempt: 1 };
const READY: NodeState = { status: "ready", attempt: 0 };

describe("the states of the cards", () => {
  it("tells only the cards whose state is another object", () => {
    const { store, told } = watched();
    store.show(
      new Map([
        ["a", RUNNING],
        ["b", READY],
      ]),
    );
    told.length = 0;
    store.show(
      new Map([
        ["a", RUNNING],
        ["b", RUNNING],
      ]),
    );
    expect(told).toEqual(["b"]);
    expect(store.get(1).state).toBe(RUNNING);
  });

  it("tells nobody when nothing changed", () => {
    const { store, told } = watched();
    store.show(new Map([["a", RUNNING]]));
    const version = store.version.get();
    told.length = 0;
    store.show(new Map([["a", RUNNING]]));
    store.select(undefined);
    expect(told).toEqual([]);
    expect(store.version.get()).toBe(version);
  });

  it("takes states away again, for a moment before them", () => {
    const { store } = watched();
    store.show(new Map([["a", RUNNING]]));
    store.show(undefined);
    expect(store.get(0).state).toBeUndefined();
  });
});

describe("the selected task", () => {
  it("marks what stands before and after it, and dims the rest", () => {
    const { store } = watched();
    store.select("b");
    expect([0, 1, 2, 3].map((i) => store.get(i).emphasis)).toEqual([
      "upstream",
      "selected",
      "downstream",
      "dimmed",
    ]);
    expect(store.related.get().edges.length).toBe(2);
    store.select(undefined);
    expect(store.get(3).emphasis).toBe("none");
  });

  it("is none for a task that is not in the graph", () => {
    const { store } = watched();
    store.select("nowhere");
    expect(store.selectedIndex).toBe(-1);
    expect(store.get(0).emphasis).toBe("none");
  });
});

import { createContext, useContext } from "react";
import type { Value } from "@/lib/external";
import type { Camera } from "./camera";
import type { Layout } from "./layout/types";
import type { Model } from "./model";
import type { NodeStore } from "./store";

/** Which card is under the pointer, and where the pointer is in the frame of the graph. */
export interface Hover {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** What the parts of a graph share. It changes only with the definition and the layout. */
export interface Graph {
  readonly model: Model;
  readonly layout: Layout;
  readonly store: NodeStore;
  readonly camera: Camera;
  readonly hover: Value<Hover | null>;
  readonly label: string;
  readonly select: (node: number) => void;
  readonly open: (node: number) => void;
}

export const GraphContext = createContext<Graph | null>(null);

export function useGraph(): Graph {
  const graph = useContext(GraphContext);
  if (!graph) throw new Error("a part of a graph is shown outside of one");
  return graph;
}

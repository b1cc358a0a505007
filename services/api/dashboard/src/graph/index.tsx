/**
 * The graph of a definition, with the states of a run where there are some. Live and past moments look the same: the
 * page gives the states, this shows them.
 */

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Value } from "@/lib/external";
import { keep, recall } from "@/lib/storage";
import { Empty, Failure } from "@/ui/notices";
import { Legend } from "@/ui/status";
import { Camera } from "./camera";
import { CanvasGraph } from "./canvas/canvas-graph";
import { type Graph, GraphContext, type Hover } from "./context";
import { Controls } from "./controls";
import { FlowGraph } from "./flow/flow-graph";
import { warmUp } from "./layout/request";
import type { Direction, Layout } from "./layout/types";
import { useLayout } from "./layout/use-layout";
import { Minimap } from "./minimap";
import { buildModel, type Model, sameNodes } from "./model";
import { NodeStore } from "./store";
import { Tip } from "./tip";
import type { GraphNode, NodeState, Size } from "./types";

export type { GraphNode, NodeState } from "./types";

/** Above this the graph is drawn on a canvas: as elements of the page it would open and pan too slowly. */
const FLOW_NODES = 400;
const FLOW_EDGES = 1200;

// This file is fetched because a graph is about to be shown, mostly before its data is here.
warmUp();

export interface DagGraphProps {
  nodes: readonly GraphNode[];
  /** The states at the moment that is shown, by task id; undefined for a definition without a run. */
  states: ReadonlyMap<string, NodeState> | undefined;
  selected: string | undefined;
  /** A task was selected; "" says that none is any more. */
  onSelect: (taskId: string) => void;
  onOpen: (taskId: string) => void;
  label: string;
}

export function DagGraph({ nodes, states, selected, onSelect, onOpen, label }: DagGraphProps) {
  const model = useModel(nodes);
  const store = useMemo(() => new NodeStore(model), [model]);
  const [direction, setDirection] = useDirection();
  const progress = useLayout(model, direction);
  const [frame, screen] = useSize();
  useLayoutEffect(() => store.show(states), [store, states]);
  useLayoutEffect(() => store.select(selected), [store, selected]);
  if (model.count === 0)
    return (
      <Empty title="No tasks">The tasks of the definition are drawn here, with what they wait for.</Empty>
    );
  return (
    <div className="flex h-full min-h-80 flex-col">
      <div ref={frame} className="relative min-h-0 flex-1 overflow-hidden bg-sunken">
        {"error" in progress ? (
          <Failure error={progress.error} retry={progress.retry} />
        ) : progress.layout && screen ? (
          <Drawn
            model={model}
            store={store}
            layout={progress.layout}
            screen={screen}
            label={label}
            onSelect={onSelect}
            onOpen={onOpen}
            onDirection={setDirection}
          />
        ) : (
          <p role="status" className="flex h-full items-center justify-center text-dim text-sm">
            Laying out {model.count === 1 ? "the task" : `${model.count} tasks`} …
          </p>
        )}
      </div>
      {states && (
        <div className="border-line border-t px-3.5 py-2">
          <Legend />
        </div>
      )}
    </div>
  );
}

interface DrawnProps {
  model: Model;
  store: NodeStore;
  layout: Layout;
  screen: Size;
  label: string;
  onSelect: (taskId: string) => void;
  onOpen: (taskId: string) => void;
  onDirection: (direction: Direction) => void;
}

function Drawn({ model, store, layout, screen, label, onSelect, onOpen, onDirection }: DrawnProps) {
  const firstScreen = useRef(screen);
  const handlers = useRef({ onSelect, onOpen });
  useEffect(() => {
    handlers.current = { onSelect, onOpen };
  });
  const graph = useMemo<Graph>(
    () => ({
      model,
      layout,
      store,
      label,
      camera: new Camera(layout, firstScreen.current),
      hover: new Value<Hover | null>(null),
      select: (node) => handlers.current.onSelect(model.nodes[node]?.id ?? ""),
      open: (node) => handlers.current.onOpen(model.nodes[node]?.id ?? ""),
    }),
    [model, layout, store, label],
  );
  useEffect(() => {
    firstScreen.current = screen;
    graph.camera.resize(screen);
  }, [graph, screen]);
  useEffect(() => {
    const show = () => {
      if (store.selectedIndex >= 0) graph.camera.show(store.selectedIndex, false);
    };
    show();
    return store.related.subscribe(show);
  }, [graph, store]);
  const drawn = model.count > FLOW_NODES || model.from.length > FLOW_EDGES;
  return (
    <GraphContext value={graph}>
      {drawn ? <CanvasGraph /> : <FlowGraph key={layout.direction} />}
      <Controls camera={graph.camera} direction={layout.direction} onDirection={onDirection} />
      <Minimap />
      <Tip />
    </GraphContext>
  );
}

/** The model, the same one for as long as the definition says the same. */
function useModel(nodes: readonly GraphNode[]): Model {
  const [kept, setKept] = useState(() => buildModel(nodes));
  const fresh = useMemo(() => (sameNodes(kept.nodes, nodes) ? kept : buildModel(nodes)), [kept, nodes]);
  if (fresh !== kept) setKept(fresh);
  return fresh;
}

const KEY = "penstock:graph-direction";
const NARROW = 640;

/** The direction that was chosen last; before that, the one that suits the screen. */
function useDirection(): [Direction, (direction: Direction) => void] {
  const [direction, setDirection] = useState<Direction>(() => {
    const chosen = recall(KEY);
    if (chosen === "right" || chosen === "down") return chosen;
    return innerWidth < NARROW ? "down" : "right";
  });
  const choose = useCallback((next: Direction) => {
    keep(KEY, next);
    setDirection(next);
  }, []);
  return [direction, choose];
}

function useSize(): [(element: HTMLElement | null) => (() => void) | undefined, Size | null] {
  const [size, setSize] = useState<Size | null>(null);
  const attach = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width && height) setSize({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [attach, size];
}

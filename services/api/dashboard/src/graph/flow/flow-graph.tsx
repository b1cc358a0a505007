import "@xyflow/react/dist/base.css";
import {
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStoreApi,
  ViewportPortal,
} from "@xyflow/react";
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import { type Graph, useGraph } from "../context";
import { step, viewKey } from "../keys";
import { detailAt, MOST, type View } from "../view";
import { Edges } from "./edges";
import { Card } from "./node-card";

const TYPES = { card: Card };
/** Up to here all cards stay in the page: panning then costs nothing, and the tab key finds every card. */
const ALL_RENDERED = 250;

/** The graph as elements of the page. */
export function FlowGraph() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow() {
  const graph = useGraph();
  const frame = useRef<HTMLDivElement>(null);
  useCamera(graph, frame);
  const { camera } = graph;
  const nodes = useMemo(() => cardsOf(graph), [graph]);
  return (
    <section
      ref={frame}
      aria-label={graph.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys pan and zoom what stands inside
      tabIndex={0}
      data-graph="flow"
      className="group/graph absolute inset-0 outline-offset-[-2px]"
      onKeyDown={(event) => onKey(event, graph)}
      onPointerMove={(event) => onHover(event, graph)}
      onPointerLeave={() => graph.hover.set(null)}
    >
      <ReactFlow
        nodes={nodes}
        nodeTypes={TYPES}
        defaultViewport={toViewport(camera.view.get())}
        minZoom={camera.least}
        maxZoom={MOST}
        onMove={(event, viewport) => {
          if (event) camera.follow({ x: viewport.x, y: viewport.y, k: viewport.zoom });
        }}
        onPaneClick={() => graph.select(-1)}
        onlyRenderVisibleElements={graph.model.count > ALL_RENDERED}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode={null}
        disableKeyboardA11y
        proOptions={{ hideAttribution: true }}
      >
        <ViewportPortal>
          <Edges />
        </ViewportPortal>
      </ReactFlow>
    </section>
  );
}

function cardsOf({ model, layout }: Graph): Node[] {
  const { width, height } = layout.card;
  return model.nodes.map((_, index) => ({
    id: String(index),
    type: "card",
    position: { x: layout.x[index] ?? 0, y: layout.y[index] ?? 0 },
    data: { index },
    width,
    height,
    // The button inside is what is named, not its wrapper.
    domAttributes: { "aria-roledescription": undefined },
  }));
}

function toViewport(view: View) {
  return { x: view.x, y: view.y, zoom: view.k };
}

/** The camera moves the viewport, and says how much can be seen from there. */
function useCamera({ camera }: Graph, frame: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  const state = useStoreApi();
  useEffect(() => {
    const apply = () => {
      const view = camera.view.get();
      if (frame.current) frame.current.dataset["detail"] = detailAt(view.k);
      const [x, y, k] = state.getState().transform;
      if (x !== view.x || y !== view.y || k !== view.k) void flow.setViewport(toViewport(view));
    };
    apply();
    return camera.view.subscribe(apply);
  }, [camera, flow, state, frame]);
  useEffect(() => {
    const limit = () => state.getState().setMinZoom(camera.least);
    return camera.screen.subscribe(limit);
  }, [camera, state]);
}

function taskAt(target: EventTarget): number {
  const card = target instanceof Element ? target.closest<HTMLElement>("[data-task]") : null;
  return card ? Number(card.dataset["task"]) : -1;
}

function onHover(event: PointerEvent<HTMLElement>, { hover }: Graph): void {
  const node = event.pointerType === "mouse" && event.buttons === 0 ? taskAt(event.target) : -1;
  const box = event.currentTarget.getBoundingClientRect();
  hover.set(node < 0 ? null : { node, x: event.clientX - box.left, y: event.clientY - box.top });
}

/** On a card arrows walk to other cards; on the frame they pan. */
function onKey(event: KeyboardEvent<HTMLElement>, { model, layout, store, camera }: Graph): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const node = taskAt(event.target);
  if (node >= 0 && event.key.startsWith("Arrow")) {
    event.preventDefault();
    const next = step(model, layout, node, event.key);
    if (next >= 0) focusCard(event.currentTarget, next, store, camera);
  } else if (node < 0 && event.key === "Enter") {
    event.preventDefault();
    focusCard(event.currentTarget, store.stopIndex, store, camera);
  } else if (viewKey(camera, event.key)) event.preventDefault();
}

function focusCard(frame: HTMLElement, node: number, store: Graph["store"], camera: Graph["camera"]): void {
  const card = frame.querySelector<HTMLElement>(`[data-task="${node}"]`);
  // A card that is out of sight is not there yet: it takes the focus when it comes.
  if (card) card.focus({ preventScroll: true });
  else store.wantFocus(node);
  camera.show(node, true);
}

import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";
import { type Graph, useGraph } from "../context";
import { step, viewKey } from "../keys";
import { usePalette } from "../palette";
import { describe, describeCanvas } from "../words";
import { listen } from "./gestures";
import { Painter } from "./painter";
import { makeScene } from "./scene";

/** The graph as a drawing: thousands of tasks, at the price that only the task list can be read without seeing. */
export function CanvasGraph() {
  const graph = useGraph();
  const palette = usePalette();
  const scene = useMemo(() => makeScene(graph, palette), [graph, palette]);
  const frame = useRef<HTMLDivElement>(null);
  const edges = useRef<HTMLCanvasElement>(null);
  const cards = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const lower = edges.current?.getContext("2d");
    const upper = cards.current?.getContext("2d");
    if (!lower || !upper) return undefined;
    const painter = new Painter(scene, lower, upper);
    return () => painter.close();
  }, [scene]);
  useEffect(() => (frame.current ? listen(frame.current, graph, scene.spots) : undefined), [graph, scene]);
  return (
    <>
      <div
        ref={frame}
        role="application"
        aria-label={describeCanvas(graph.label, graph.model.count)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application has keys
        tabIndex={0}
        data-graph="canvas"
        onKeyDown={(event) => onKey(event, graph)}
        className="absolute inset-0 cursor-grab touch-none select-none outline-offset-[-2px]"
      >
        <canvas ref={edges} className="absolute inset-0 size-full" />
        <canvas ref={cards} className="absolute inset-0 size-full" />
      </div>
      <Selected />
    </>
  );
}

/** Says what is selected to those who do not see it. */
function Selected() {
  const { model, store } = useGraph();
  const selected = useSyncExternalStore(store.related.subscribe, () => store.selectedIndex);
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(selected, listener),
    [store, selected],
  );
  const { state } = useSyncExternalStore(subscribe, () => store.get(selected));
  const node = model.nodes[selected];
  return (
    <p role="status" className="sr-only">
      {node ? describe(node, state) : ""}
    </p>
  );
}

function onKey(event: KeyboardEvent<HTMLElement>, graph: Graph): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { model, layout, store, camera } = graph;
  const { selectedIndex } = store;
  if (event.shiftKey && event.key.startsWith("Arrow")) {
    const next = selectedIndex < 0 ? store.stopIndex : step(model, layout, selectedIndex, event.key);
    if (next >= 0) {
      camera.show(next, true);
      graph.select(next);
    }
  } else if (event.key === "Enter" && selectedIndex >= 0) graph.open(selectedIndex);
  else if (event.key === "Escape" && selectedIndex >= 0) graph.select(-1);
  else if (!viewKey(camera, event.key)) return;
  event.preventDefault();
}

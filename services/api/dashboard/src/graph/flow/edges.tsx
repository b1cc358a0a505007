import { memo, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useGraph } from "../context";
import { drawEdge, drawHead, PathPen } from "../curve";
import type { Layout } from "../layout/types";
import { edgeOpacity } from "../look";

const THIN = { strokeWidth: "calc(1.1px * var(--thick, 1))" };
const THICK = { strokeWidth: "calc(1.8px * var(--thick, 1))" };

/** All edges as two paths, one for all and one for those of the selected task: a thousand elements less than one each. */
export const Edges = memo(function Edges() {
  const { layout, model, store, camera } = useGraph();
  const drawing = useRef<SVGSVGElement>(null);
  useEffect(() => {
    // Lines keep their width on the screen however far out one is.
    const apply = () =>
      drawing.current?.style.setProperty("--thick", String(Math.max(1, 0.8 / camera.view.get().k)));
    apply();
    return camera.view.subscribe(apply);
  }, [camera]);
  const { edges: chosen } = useSyncExternalStore(store.related.subscribe, store.related.get);
  const all = useMemo(() => pathsOf(layout, model.from.keys()), [layout, model]);
  const marked = useMemo(() => pathsOf(layout, chosen), [layout, chosen]);
  const faint = useSyncExternalStore(store.related.subscribe, () => store.selectedIndex >= 0);
  return (
    <svg
      ref={drawing}
      aria-hidden="true"
      className="-z-10 pointer-events-none absolute top-0 left-0 overflow-visible"
      width={layout.width}
      height={layout.height}
    >
      <g className="text-strong-line" opacity={edgeOpacity(model.from.length, faint)}>
        <path d={all.lines} fill="none" stroke="currentColor" style={THIN} />
        <path d={all.heads} fill="currentColor" />
      </g>
      <g className="text-accent">
        <path d={marked.lines} fill="none" stroke="currentColor" style={THICK} />
        <path d={marked.heads} fill="currentColor" />
      </g>
    </svg>
  );
});

function pathsOf(layout: Layout, edges: Iterable<number>): { lines: string; heads: string } {
  const lines = new PathPen();
  const heads = new PathPen();
  for (const edge of edges) {
    drawEdge(layout, edge, lines);
    drawHead(layout, edge, heads);
  }
  return { lines: lines.toString(), heads: heads.toString() };
}

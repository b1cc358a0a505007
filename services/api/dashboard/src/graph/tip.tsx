import { useCallback, useSyncExternalStore } from "react";
import { StatusBadge } from "@/ui/status";
import { type Hover, useGraph } from "./context";

const WIDTH = 288;
const BESIDE = 14;

/** What is known about the card under the pointer. Those who use keys or readers hear it from the card itself. */
export function Tip() {
  const { hover } = useGraph();
  const over = useSyncExternalStore(hover.subscribe, hover.get);
  return over && <Shown over={over} />;
}

function Shown({ over }: { over: Hover }) {
  const { model, store, camera } = useGraph();
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(over.node, listener),
    [store, over.node],
  );
  const { state } = useSyncExternalStore(subscribe, () => store.get(over.node));
  const node = model.nodes[over.node];
  if (!node) return null;
  const { width, height } = camera.screen.get();
  const left = Math.max(4, over.x + BESIDE + WIDTH > width ? over.x - BESIDE - WIDTH : over.x + BESIDE);
  const place = over.y > height / 2 ? { bottom: height - over.y + BESIDE } : { top: over.y + BESIDE };
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-20 flex flex-col items-start gap-1"
      style={{ left, width: WIDTH, ...place, alignItems: left < over.x ? "flex-end" : "flex-start" }}
    >
      <div className="max-w-full rounded-md border border-line bg-panel px-2.5 py-1.5 text-xs shadow-lg">
        <p className="line-clamp-4 break-words font-medium">{node.name}</p>
        {node.id !== node.name && <p className="line-clamp-3 break-all font-mono text-dim">{node.id}</p>}
        {state && (
          <p className="mt-1 flex flex-wrap items-center gap-x-2">
            <StatusBadge status={state.status} />
            {state.attempt > 0 && <span className="tabular text-dim">attempt {state.attempt}</span>}
          </p>
        )}
        {state?.detail && <p className="mt-0.5 line-clamp-4 break-words text-dim">{state.detail}</p>}
      </div>
    </div>
  );
}

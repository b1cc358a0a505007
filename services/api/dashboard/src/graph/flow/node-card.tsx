import type { NodeProps } from "@xyflow/react";
import clsx from "clsx";
import { type CSSProperties, memo, useCallback, useSyncExternalStore } from "react";
import { STATUSES, StatusMark } from "@/ui/status";
import { useGraph } from "../context";
import type { Emphasis } from "../related";
import type { GraphNode, NodeState } from "../types";
import { describe } from "../words";

export const Card = memo(function Card({ data }: NodeProps) {
  const index = data["index"] as number;
  const { model, store, select, open } = useGraph();
  const subscribe = useCallback((listener: () => void) => store.subscribe(index, listener), [store, index]);
  const { state, emphasis, stop } = useSyncExternalStore(subscribe, () => store.get(index));
  const attach = useCallback(
    (element: HTMLButtonElement) => {
      if (store.takeFocus(index)) element.focus({ preventScroll: true });
      return () => {
        // A card that has the focus and goes out of sight leaves it to the graph, not to nothing.
        if (document.activeElement === element)
          element.closest<HTMLElement>("[data-graph]")?.focus({ preventScroll: true });
      };
    },
    [store, index],
  );
  const node = model.nodes[index];
  if (!node) return null;
  return (
    <button
      ref={attach}
      type="button"
      data-task={index}
      data-status={state?.status}
      aria-pressed={emphasis === "selected"}
      tabIndex={stop ? 0 : -1}
      onFocus={() => store.stopAt(index)}
      onClick={(event) => {
        // A key on the task that is selected already opens it; a double click does so for the pointer.
        if (event.detail === 0 && emphasis === "selected") open(index);
        else select(index);
      }}
      onDoubleClick={() => open(index)}
      style={look(state)}
      className={clsx(
        CARD,
        EMPHASIS[emphasis],
        state ? STATE : "bg-panel group-data-[detail=far]/graph:bg-dim",
      )}
    >
      <span className="sr-only">{describe(node, state)}</span>
      <Content node={node} state={state} faint={emphasis === "dimmed"} />
    </button>
  );
});

const CARD =
  "pointer-events-auto relative flex size-full items-center gap-2 overflow-hidden rounded-md border px-2.5 text-left text-[13px] leading-tight outline-offset-2";
/** Far out a card is a block of its state's colour, as nothing else could be seen. */
const STATE =
  "bg-[color-mix(in_srgb,var(--state)_7%,var(--panel))] group-data-[detail=far]/graph:border-transparent group-data-[detail=far]/graph:bg-(--state)";
const EMPHASIS: Record<Emphasis, string> = {
  none: "border-(--state)",
  selected: "border-accent ring-2 ring-accent group-data-[detail=far]/graph:ring-8",
  upstream: "border-accent",
  downstream: "border-accent",
  dimmed:
    "border-line text-dim !bg-panel group-data-[detail=far]/graph:!bg-[color-mix(in_srgb,var(--state)_25%,var(--panel))]",
};

function look(state: NodeState | undefined): CSSProperties {
  const color = state ? STATUSES[state.status].color : "var(--strong-line)";
  return { "--state": color } as CSSProperties;
}

function Content(props: { node: GraphNode; state: NodeState | undefined; faint: boolean }) {
  const { node, state, faint } = props;
  return (
    <span aria-hidden="true" className="contents group-data-[detail=far]/graph:hidden">
      {state && (
        <span className={clsx("shrink-0 group-data-[detail=mid]/graph:scale-140", faint && "opacity-50")}>
          <StatusMark status={state.status} size={15} />
        </span>
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium group-data-[detail=mid]/graph:text-[18px]">
          {node.name}
        </span>
        {node.id !== node.name && (
          <span className="block truncate font-mono text-[10.5px] text-dim group-data-[detail=mid]/graph:hidden">
            {node.id}
          </span>
        )}
      </span>
      {state && state.attempt > 1 && (
        <span className="tabular shrink-0 rounded border border-line bg-panel px-1 font-medium text-[10.5px] text-dim group-data-[detail=mid]/graph:hidden">
          ×{state.attempt}
        </span>
      )}
    </span>
  );
}

import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { GANTT_ORDERS } from "@/app/search";
import { count, plural } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { Select } from "@/ui/fields";
import type { Order } from "./order";
import type { View } from "./use-view";

const ORDER_NAMES: Record<Order, string> = {
  activity: "First activity",
  definition: "Definition",
  status: "Status",
  longest: "Longest first",
};

/** How the chart is arranged; it stands in the URL. */
export interface Arrangement {
  readonly order: Order;
  /** The critical path is marked, and stands first. */
  readonly critical: boolean;
  /** Idle time is cut. */
  readonly compact: boolean;
}

interface Props {
  arrangement: Arrangement;
  onArrange: (change: Partial<Arrangement>) => void;
  /** How many tasks the critical path has. */
  pathLength: number;
  tasks: number;
  view: View;
}

export function Toolbar(props: Props) {
  const { arrangement, onArrange, pathLength, tasks, view } = props;
  const { order, critical, compact } = arrangement;
  return (
    <div className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-2">
      <Select
        aria-label="Order of the tasks"
        value={order}
        onChange={(event) => onArrange({ order: event.target.value as Order })}
        className="!h-7 text-xs"
      >
        {GANTT_ORDERS.map((one) => (
          <option key={one} value={one}>
            {ORDER_NAMES[one]}
          </option>
        ))}
      </Select>
      <Toggle
        on={critical}
        onChange={(on) => onArrange({ critical: on })}
        label="Critical path"
        title="The tasks that made the run last as long as it did, each held up by the one before"
      />
      <Toggle
        on={compact}
        onChange={(on) => onArrange({ compact: on })}
        label="Cut idle time"
        title="Take out the times in which nothing was on a queue or with a worker"
      />
      <span role="status" className="tabular text-dim text-xs">
        {critical && pathLength > 0
          ? `${count(pathLength)} of ${plural(tasks, "task")} on the path`
          : plural(tasks, "task")}
      </span>
      <Zoom view={view} />
    </div>
  );
}

function Toggle(props: { on: boolean; onChange: (on: boolean) => void; label: string; title: string }) {
  return (
    <button
      type="button"
      aria-pressed={props.on}
      title={props.title}
      onClick={() => props.onChange(!props.on)}
      className={buttonClass({ size: "small" }, "aria-pressed:!border-accent aria-pressed:!bg-accent-soft")}
    >
      {props.label}
    </button>
  );
}

function Zoom({ view: { zoomed, zoomBy, fit } }: { view: View }) {
  return (
    <span className="ml-auto flex items-center gap-1">
      <Button
        size="small"
        aria-label="Zoom out"
        title="Zoom out (−)"
        disabled={!zoomed}
        onClick={() => zoomBy(2)}
      >
        <ZoomOut aria-hidden className="size-4" />
      </Button>
      <Button
        size="small"
        aria-label="Zoom in"
        title="Zoom in (+, or Ctrl and wheel)"
        onClick={() => zoomBy(0.5)}
      >
        <ZoomIn aria-hidden className="size-4" />
      </Button>
      <Button size="small" aria-label="Fit to view" title="Fit to view (0)" disabled={!zoomed} onClick={fit}>
        <Maximize2 aria-hidden className="size-4" />
      </Button>
    </span>
  );
}

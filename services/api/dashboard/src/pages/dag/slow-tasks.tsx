import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useMemo, useRef } from "react";
import type { DagGrid } from "@/api/types";
import { duration } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { type TaskSpread, tasksBySpread } from "./durations";

const ROW_PX = 32;
const COLUMNS =
  "grid grid-cols-[minmax(0,1fr)_5rem] sm:grid-cols-[minmax(8rem,1fr)_minmax(6rem,1fr)_5rem_5rem_5rem_5rem] items-center gap-x-4 px-3.5";
const WIDE_ONLY = "hidden sm:block";

/** Which tasks take the time: every task with its median, the slowest first. A click draws its durations. */
export function SlowTasks(props: { grid: DagGrid; chosen: number | null; onTask: (taskId: string) => void }) {
  const { grid, chosen, onTask } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const tasks = useMemo(() => tasksBySpread(grid), [grid]);
  const longest = Math.max(1, tasks[0]?.spread?.median ?? 1);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  return (
    <Panel title="Where the time goes" flush>
      <div role="table" aria-label="Durations of tasks" aria-rowcount={tasks.length + 1}>
        <div
          role="row"
          aria-rowindex={1}
          className={clsx(COLUMNS, "border-line border-b py-1.5 text-dim text-xs")}
        >
          <span role="columnheader">Task</span>
          <span role="columnheader" className={WIDE_ONLY}>
            <span className="sr-only">Median, drawn</span>
          </span>
          <span role="columnheader" className="text-right">
            Median
          </span>
          <span role="columnheader" className={clsx(WIDE_ONLY, "text-right")}>
            95 %
          </span>
          <span role="columnheader" className={clsx(WIDE_ONLY, "text-right")}>
            Longest
          </span>
          <span role="columnheader" className={clsx(WIDE_ONLY, "text-right")}>
            Failed
          </span>
        </div>
        <div ref={scroller} role="rowgroup" className="max-h-80 overflow-auto">
          <div className="relative" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const one = tasks[index];
              return (
                one && (
                  <Row
                    key={one.task.task_id}
                    one={one}
                    index={index}
                    top={start}
                    longest={longest}
                    chosen={one.number === chosen}
                    onTask={onTask}
                  />
                )
              );
            })}
          </div>
        </div>
      </div>
    </Panel>
  );
}

function Row(props: {
  one: TaskSpread;
  index: number;
  top: number;
  longest: number;
  chosen: boolean;
  onTask: (taskId: string) => void;
}) {
  const { task, spread, failed, runs } = props.one;
  const cell = (ms: number | undefined) => (ms === undefined ? "–" : duration(ms));
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className={clsx(
        COLUMNS,
        "absolute inset-x-0 text-sm hover:bg-sunken",
        props.chosen && "bg-accent-soft",
      )}
      style={{ top: props.top, height: ROW_PX }}
    >
      <span role="cell" className="min-w-0">
        <button
          type="button"
          aria-pressed={props.chosen}
          title={task.task_id}
          onClick={() => props.onTask(task.task_id)}
          className="block max-w-full truncate hover:text-accent hover:underline"
        >
          {task.name}
        </button>
      </span>
      <span role="cell" className={WIDE_ONLY} aria-hidden>
        <span
          className="block h-2 rounded-sm bg-accent/70"
          style={{ width: `${(100 * (spread?.median ?? 0)) / props.longest}%` }}
        />
      </span>
      <span role="cell" className="tabular text-right">
        {cell(spread?.median)}
      </span>
      <span role="cell" className={clsx(WIDE_ONLY, "tabular text-right")}>
        {cell(spread?.p95)}
      </span>
      <span role="cell" className={clsx(WIDE_ONLY, "tabular text-right")}>
        {cell(spread?.longest)}
      </span>
      <span
        role="cell"
        className={clsx(WIDE_ONLY, "tabular text-right", failed ? "text-danger" : "text-dim")}
      >
        {failed ? `${failed} of ${runs}` : "–"}
      </span>
    </div>
  );
}

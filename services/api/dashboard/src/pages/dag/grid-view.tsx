/** Runs × tasks. Only what is in sight is in the page, both ways; keys move from cell to cell. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { DagGrid, GridRun, GridTask } from "@/api/types";
import { serverNow } from "@/lib/clock";
import { count, plural } from "@/lib/format";
import { useOpenLink } from "@/lib/open-link";
import { runDuration } from "@/lib/runs";
import { HoverTips } from "@/ui/hover-tip";
import { RunTip } from "@/ui/run-bars";
import { CellMarks } from "./cell-marks";
import { CellTip } from "./cell-tip";
import { GridHead, HEAD_PX } from "./grid-head";
import { useGridKeys } from "./grid-keys";
import { COLUMN_PX, GridRow, ROW_PX } from "./grid-row";

const NAMES_PX = 220;
const NAMES_NARROW_PX = 120;
const NARROW = matchMedia("(max-width: 40rem)");
/** More runs are fetched when so few are left to the right. */
const AHEAD = 25;

export interface ShownTask extends GridTask {
  /** Where its cells stand in the runs. */
  number: number;
}

export function GridView(props: { grid: DagGrid; tasks: readonly ShownTask[]; loadMore: () => void }) {
  const { grid, tasks, loadMore } = props;
  const { runs } = grid;
  const scroller = useRef<HTMLDivElement>(null);
  const names = NARROW.matches ? NAMES_NARROW_PX : NAMES_PX;
  const common = { getScrollElement: () => scroller.current, overscan: 4 };
  const rows = useVirtualizer({
    ...common,
    count: tasks.length,
    estimateSize: () => ROW_PX,
    paddingStart: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
  });
  const columns = useVirtualizer({
    ...common,
    count: runs.length,
    estimateSize: () => COLUMN_PX,
    horizontal: true,
    paddingStart: names,
    scrollPaddingStart: names,
  });
  const visible = columns.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const last = visible.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= runs.length - AHEAD) loadMore();
  }, [last, runs.length, loadMore]);
  const shown = runs.slice(first, last + 1);
  const runIds = useStable(shown.map(({ run_id }) => run_id));
  const keys = useGridKeys(scroller, tasks.length, runs.length, (row, column) => {
    rows.scrollToIndex(row);
    columns.scrollToIndex(column);
  });
  const longest = useMemo(() => longestOf(runs), [runs]);
  const open = useOpenLink();
  return (
    <HoverTips tip={(key) => tipOf(key, runs, tasks)}>
      <CellMarks>
        <div
          ref={scroller}
          role="grid"
          aria-label="Runs and tasks"
          aria-rowcount={tasks.length + 1}
          aria-colcount={grid.next_cursor ? -1 : runs.length + 1}
          className="relative max-h-[max(16rem,calc(100dvh-19rem))] overflow-auto overscroll-x-contain"
          onClick={open}
          onKeyDown={keys.onKeyDown}
          onFocus={keys.onFocus}
        >
          <div
            className="relative min-w-full"
            style={{ width: columns.getTotalSize(), height: rows.getTotalSize() }}
          >
            <GridHead
              runs={runs}
              first={first}
              count={shown.length}
              names={names}
              longest={longest}
              corner={`${plural(tasks.length, "task")}, ${count(runs.length)}${grid.next_cursor ? "+" : ""} runs`}
            />
            <div role="rowgroup" className="absolute inset-x-0" style={{ top: HEAD_PX }}>
              {rows.getVirtualItems().map(({ index }) => {
                const task = tasks[index];
                return (
                  task && (
                    <GridRow
                      key={task.task_id}
                      task={task}
                      row={index}
                      first={first}
                      cells={shown.map(({ cells }) => cells[task.number] ?? "-").join("")}
                      runIds={runIds}
                      names={names}
                      focus={keys.at.row === index ? keys.at.column : null}
                    />
                  )
                );
              })}
            </div>
          </div>
        </div>
      </CellMarks>
    </HoverTips>
  );
}

/** The same list while it has the same texts, so that rows see that nothing changed. */
function useStable(list: readonly string[]): readonly string[] {
  const [kept, keep] = useState(list);
  if (kept.length === list.length && kept.every((text, at) => text === list[at])) return kept;
  keep(list);
  return list;
}

function longestOf(runs: readonly GridRun[]): number {
  const now = serverNow();
  return runs.reduce((longest, run) => Math.max(longest, runDuration(run, now) ?? 0), 1);
}

function tipOf(key: string, runs: readonly GridRun[], tasks: readonly ShownTask[]) {
  const [row = "", column = ""] = key.split(":");
  const run = runs[Number(column)];
  if (!run) return null;
  if (row === "run") return <RunTip run={run} />;
  const task = tasks[Number(row)];
  return task && <CellTip task={task} run={run} />;
}

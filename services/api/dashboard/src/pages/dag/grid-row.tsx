import { memo } from "react";
import type { GridTask } from "@/api/types";
import { shortRunId } from "@/lib/format";
import { STATUSES } from "@/ui/status";
import { cellStyle } from "./cell-marks";
import { ABSENT, statusOf } from "./cells";

export const COLUMN_PX = 20;
export const ROW_PX = 22;

/** The address of a task in a run; names of any kind stand in it encoded. */
function taskAddress(runId: string, taskId: string): string {
  return `/ui/runs/${encodeURIComponent(runId)}/tasks/${encodeURIComponent(taskId)}`;
}

/**
 * One task over the runs in sight. It is drawn again only where one of its cells changed: `cells` are those in sight,
 * the first one of column `first`.
 */
export const GridRow = memo(function GridRow(props: {
  task: GridTask;
  row: number;
  first: number;
  cells: string;
  runIds: readonly string[];
  names: number;
  /** The column that the keyboard is at, in this row. */
  focus: number | null;
}) {
  const { task, row, first, cells, runIds, names, focus } = props;
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      className="group absolute inset-x-0 flex hover:bg-sunken"
      style={{ top: row * ROW_PX, height: ROW_PX }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        title={task.name === task.task_id ? task.name : `${task.name} (${task.task_id})`}
        className="sticky left-0 z-10 flex shrink-0 items-center border-line border-r bg-panel px-2.5 text-xs group-hover:bg-sunken"
        style={{ width: names }}
      >
        <span className="truncate">{task.name}</span>
      </div>
      <div className="shrink-0" style={{ width: first * COLUMN_PX }} />
      {Array.from(cells, (cell, at) => (
        <Cell
          key={runIds[at]}
          task={task}
          runId={runIds[at] ?? ""}
          cell={cell}
          row={row}
          column={first + at}
          focused={focus === first + at}
        />
      ))}
    </div>
  );
});

function Cell(props: {
  task: GridTask;
  runId: string;
  cell: string;
  row: number;
  column: number;
  focused: boolean;
}) {
  const { task, runId, cell, row, column, focused } = props;
  const place = `${row}:${column}`;
  const status = cell === ABSENT ? undefined : statusOf(cell);
  return (
    <div
      role="gridcell"
      aria-colindex={column + 2}
      className="flex shrink-0 items-center justify-center"
      style={{ width: COLUMN_PX }}
    >
      {status ? (
        // biome-ignore lint/a11y/useAnchorContent: its name is the label; a text inside would double what is in the page
        <a
          href={taskAddress(runId, task.task_id)}
          tabIndex={focused ? 0 : -1}
          data-tip={place}
          data-place={place}
          data-status={status}
          aria-label={`${task.name}: ${STATUSES[status].label}, run ${shortRunId(runId)}`}
          className="block rounded-[3px] hover:ring-1 hover:ring-strong-line"
          style={cellStyle(cell)}
        />
      ) : (
        <span
          tabIndex={focused ? 0 : -1}
          data-place={place}
          title="Not in this run's version"
          className="size-1 rounded-full bg-line"
        >
          <span className="sr-only">not in this version</span>
        </span>
      )}
    </div>
  );
}

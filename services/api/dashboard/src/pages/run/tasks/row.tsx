import clsx from "clsx";
import { memo } from "react";
import { clock, duration } from "@/lib/format";
import { StatusBadge } from "@/ui/status";
import { causeOfFailure } from "../words/names";
import { TaskId } from "../words/task-id";
import { HIDDEN, LINE } from "./columns";
import type { Spent, TaskRow } from "./rows";

export const ROW = 34;

interface Props {
  id: string;
  row: TaskRow;
  spent: Spent;
  index: number;
  top: number;
  selected: boolean;
  onSelect: (taskId: string | undefined) => void;
}

export const TaskLine = memo(
  function TaskLine({ id, row, spent, index, top, selected, onSelect }: Props) {
    const { task, name } = row;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the table do the same
      <div
        role="row"
        id={id}
        aria-rowindex={index + 2}
        aria-selected={selected}
        data-task={row.id}
        onClick={() => onSelect(row.id)}
        className={clsx(
          LINE,
          "absolute inset-x-0 cursor-pointer border-line border-b",
          selected ? "bg-accent-soft/60" : "hover:bg-sunken",
        )}
        style={{ top, height: ROW }}
      >
        <span role="gridcell" className={HIDDEN.status}>
          <StatusBadge status={task.status} />
        </span>
        <span
          role="gridcell"
          className={clsx(HIDDEN.task, "flex items-baseline gap-2")}
          title={`${name}\n${row.id}`}
        >
          <bdi className="truncate font-medium">{name}</bdi>
          <TaskId taskId={row.id} name={name} />
        </span>
        <span role="gridcell" className={clsx(HIDDEN.attempt, "tabular text-right")}>
          {task.attempt || <Nothing />}
        </span>
        <Span of={spent.waited} className={HIDDEN.waited} />
        <Span of={spent.queued} className={HIDDEN.queued} />
        <Span of={spent.ran} className={HIDDEN.ran} />
        <span
          role="gridcell"
          className={clsx(HIDDEN.worker, "truncate font-mono text-xs")}
          title={task.worker}
        >
          {task.worker || <Nothing />}
        </span>
        <span role="gridcell" className={clsx(HIDDEN.started, "tabular text-xs")}>
          {task.started_at ? clock(task.started_at) : <Nothing />}
        </span>
        <span
          role="gridcell"
          className={clsx(HIDDEN.error, "truncate text-danger text-xs")}
          title={task.error?.message}
        >
          {causeOfFailure(task.error, task.exit_code)}
        </span>
      </div>
    );
  },
  (one, other) =>
    one.row.task === other.row.task &&
    one.row.id === other.row.id &&
    one.row.name === other.row.name &&
    one.spent.waited === other.spent.waited &&
    one.spent.queued === other.spent.queued &&
    one.spent.ran === other.spent.ran &&
    one.index === other.index &&
    one.top === other.top &&
    one.selected === other.selected &&
    one.onSelect === other.onSelect,
);

function Span({ of, className }: { of: number | null; className: string }) {
  return (
    <span role="gridcell" className={clsx(className, "tabular text-right")}>
      {of === null ? <Nothing /> : duration(of)}
    </span>
  );
}

function Nothing() {
  return <span className="text-dim">–</span>;
}

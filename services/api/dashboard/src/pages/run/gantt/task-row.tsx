import clsx from "clsx";
import { memo } from "react";
import type { TaskState } from "@/core/state";
import { duration } from "@/lib/format";
import { STATUSES, StatusMark } from "@/ui/status";
import { TaskId } from "../words/task-id";

interface Props {
  id: string;
  taskId: string;
  name: string;
  task: TaskState;
  /** How long it has been with a worker, this or the last time; null for not at all. */
  ran: number | null;
  top: number;
  height: number;
  /** How wide the name is; 0 where it stands above its bar. */
  nameWidth: number;
  place: number;
  total: number;
  selected: boolean;
  pointed: boolean;
  critical: boolean;
  onSelect: (taskId: string) => void;
  onOpen: (taskId: string) => void;
}

/** The name of a task beside its bar or above it, and the ground of the row; in words, all that the bar shows. */
export const TaskRow = memo(function TaskRow(props: Props) {
  const { taskId, name, task, ran, nameWidth, height, selected, pointed, critical } = props;
  const took = ran === null ? "" : duration(ran);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    <div
      id={props.id}
      role="option"
      aria-selected={selected}
      aria-posinset={props.place + 1}
      aria-setsize={props.total}
      data-task={taskId}
      onClick={() => props.onSelect(taskId)}
      onDoubleClick={() => props.onOpen(taskId)}
      className={clsx(
        "absolute inset-x-0 cursor-default border-line/50 border-b text-xs",
        selected ? "bg-accent-soft" : pointed && "bg-sunken",
      )}
      style={{ top: props.top, height }}
    >
      <span
        className={clsx(
          "flex items-center gap-1.5 overflow-hidden px-2.5",
          nameWidth > 0 ? "h-full border-line border-r" : "h-5",
        )}
        style={nameWidth > 0 ? { width: nameWidth } : undefined}
        title={name === taskId ? name : `${name}\n${taskId}`}
      >
        <StatusMark status={task.status} size={12} />
        <bdi className={clsx("truncate", critical && "font-semibold")}>{name}</bdi>
        <TaskId taskId={taskId} name={name} />
        <span className="sr-only">
          {`: ${STATUSES[task.status].label}${critical ? ", on the critical path" : ""}${took && ", ran"}`}
        </span>
        <span className="tabular ml-auto shrink-0 pl-2 text-dim">{took}</span>
      </span>
    </div>
  );
});

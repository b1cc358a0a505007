import type { Segment, Stretch } from "@/core/segments";
import type { TaskState } from "@/core/state";
import { firstLine } from "@/core/words";
import { clock, duration } from "@/lib/format";
import { StatusBadge } from "@/ui/status";
import { TaskId } from "../words/task-id";

const NAMES: Record<Stretch, string> = {
  dependencies: "Waited for dependencies",
  retry: "Waited to try again",
  queue: "In the queue",
  run: "Ran",
};
const MOST = 9;
const WIDTH = 380;

interface Props {
  taskId: string;
  name: string;
  task: TaskState;
  segments: readonly Segment[];
  /** What the pointer is on. */
  pointed: Segment | undefined;
  at: { readonly x: number; readonly y: number };
}

/** The exact times of a task, beside the pointer. */
export function BarTooltip({ taskId, name, task, segments, pointed, at }: Props) {
  const long = segments.filter((segment) => segment.to > segment.from || segment.open || segment === pointed);
  const shown = long.slice(-MOST);
  const below = at.y < window.innerHeight * 0.6;
  return (
    <div
      role="tooltip"
      className="pointer-events-none fixed z-50 rounded-md border border-line bg-panel px-3 py-2 text-xs shadow-lg"
      style={{
        left: Math.max(8, Math.min(at.x + 14, window.innerWidth - WIDTH - 8)),
        width: Math.min(WIDTH, window.innerWidth - 16),
        ...(below ? { top: at.y + 16 } : { bottom: window.innerHeight - at.y + 12 }),
      }}
    >
      <div className="mb-1 flex items-baseline gap-3">
        <bdi className="min-w-0 truncate font-semibold text-sm">{name}</bdi>
        <TaskId taskId={taskId} name={name} />
        <StatusBadge status={task.status} className="ml-auto" />
      </div>
      {long.length > shown.length && <p className="text-dim">… {long.length - shown.length} before</p>}
      <table className="tabular w-full">
        <tbody>
          {shown.map((segment) => (
            <tr
              key={`${segment.kind} ${segment.attempt}`}
              className={segment === pointed ? "font-semibold" : "text-dim"}
            >
              <td className="whitespace-nowrap pr-3">{nameOf(segment)}</td>
              <td className="whitespace-nowrap pr-3">
                {clock(segment.from)} – {segment.open ? "…" : clock(segment.to)}
              </td>
              <td className="whitespace-nowrap text-right">{duration(segment.to - segment.from)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {task.worker !== "" && <p className="mt-1 text-dim">{task.worker}</p>}
      {task.error !== null && (
        <p className="mt-1 line-clamp-2 break-words text-danger">
          {firstLine(task.error.message) || task.error.kind}
        </p>
      )}
    </div>
  );
}

function nameOf({ kind, attempt, end }: Segment): string {
  const ended = end === null || end === "succeeded" ? "" : `, ${end === "returned" ? "given back" : end}`;
  return `${NAMES[kind]}${attempt > 1 ? ` (${attempt})` : ""}${ended}`;
}

import { StatusMark } from "@/ui/status";
import type { RunView } from "../view";

/** The name of a task with how it stands; a click selects it. */
export function TaskButton({
  taskId,
  view,
  onSelect,
}: {
  taskId: string;
  view: RunView;
  onSelect: (taskId: string) => void;
}) {
  const status = view.run.tasks[view.run.plan.number.get(taskId) ?? -1]?.status;
  return (
    <button
      type="button"
      onClick={() => onSelect(taskId)}
      title={taskId}
      className="inline-flex max-w-full items-baseline gap-1 text-left align-bottom font-medium underline decoration-line underline-offset-2 hover:decoration-text"
    >
      {status && (
        <span className="self-center">
          <StatusMark status={status} size={11} />
        </span>
      )}
      <bdi className="min-w-0 truncate">{view.nameOf(taskId)}</bdi>
    </button>
  );
}

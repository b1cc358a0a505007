import { Link } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import { memo, useEffect, useEffectEvent, useState } from "react";
import { isTyping } from "@/app/shortcuts";
import type { History } from "@/core/history";
import type { TaskState } from "@/core/state";
import { clock } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { Loading } from "@/ui/notices";
import { StatusBadge } from "@/ui/status";
import type { RunView } from "../view";
import { Attempts } from "./attempts";
import { Neighbours } from "./neighbours";
import { ErrorPart, OutputPart } from "./outcome";
import { TaskLog } from "./task-log";
import { Why } from "./why";

interface Props {
  view: RunView;
  taskId: string;
  onSelect: (taskId: string | undefined) => void;
}

/** One task at the moment that is shown: how it stands and why, what it tried, what came of it, what it printed. */
export const TaskPanel = memo(function TaskPanel({ view, taskId, onSelect }: Props) {
  useEscape(() => onSelect(undefined));
  const task = view.run.tasks[view.run.plan.number.get(taskId) ?? -1];
  return (
    <aside
      aria-label={`Task ${view.nameOf(taskId)}`}
      className="flex min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-panel shadow-panel"
      data-testid="task-panel"
      data-task={taskId}
    >
      <Head view={view} taskId={taskId} task={task} onClose={() => onSelect(undefined)} />
      <div className="min-h-0 flex-1 overflow-y-auto" key={taskId}>
        {task === undefined ? (
          <p className="break-words p-3.5 text-sm">This run has no task with the id {taskId}.</p>
        ) : (
          <Parts view={view} taskId={taskId} task={task} onSelect={onSelect} />
        )}
      </div>
    </aside>
  );
});

function useEscape(close: () => void) {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || isTyping(event.target)) return;
    if (document.querySelector("[role=dialog], [role=menu]") === null) close();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

interface HeadProps {
  view: RunView;
  taskId: string;
  task: TaskState | undefined;
  onClose: () => void;
}

function Head({ view, taskId, task, onClose }: HeadProps) {
  const name = view.nameOf(taskId);
  const { moment, history } = view;
  return (
    <header className="flex items-start gap-1 border-line border-b py-1.5 pr-1.5 pl-3.5">
      <div className="min-w-0 flex-1 py-0.5">
        <h2 className="truncate font-semibold" title={name}>
          <bdi>{name}</bdi>
        </h2>
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 text-xs">
          {task && <StatusBadge status={task.status} className="text-sm" />}
          {moment.past && history && (
            <span className="tabular rounded bg-text px-1.5 font-medium text-bg">
              at {clock(history.timeAt(moment.n))}
            </span>
          )}
          {name !== taskId && <bdi className="min-w-0 truncate font-mono text-dim">{taskId}</bdi>}
        </div>
      </div>
      {task && (
        <Link
          to="/ui/runs/$runId/tasks/$taskId"
          params={{ runId: view.detail.run_id, taskId }}
          search={task.attempt ? { attempt: task.attempt } : {}}
          className={buttonClass({ kind: "ghost", size: "icon" })}
          aria-label="Open the task's page"
          title="Open the task's page"
        >
          <Maximize2 aria-hidden className="size-4" />
        </Link>
      )}
      <Button kind="ghost" size="icon" aria-label="Close the task" title="Close (Esc)" onClick={onClose}>
        <X aria-hidden className="size-4" />
      </Button>
    </header>
  );
}

function Parts({ view, taskId, task, onSelect }: Props & { task: TaskState }) {
  const { history, chronicle, moment } = view;
  if (history === null || moment.awaited) {
    if (!chronicle.error) return <Loading what="Reading the history" />;
    return (
      <p className="p-3.5 text-dim text-sm">Why is told from the run's history, which could not be read.</p>
    );
  }
  if (history.length === 0) return <NotYet />;
  return <Told view={view} taskId={taskId} task={task} history={history} onSelect={onSelect} />;
}

/** There is no event at all, so no scheduler has seen the run. */
function NotYet() {
  return (
    <p className="p-3.5 text-sm">
      No scheduler has taken this run yet, so nothing has happened to the task. It begins as soon as one does.
    </p>
  );
}

function Told({ view, taskId, task, history, onSelect }: Props & { task: TaskState; history: History }) {
  const lane = history.laneAt(taskId, view.moment.n);
  const [chosen, setChosen] = useState<number | null>(null);
  const latest = lane.attempts.at(-1);
  // An attempt of the future is no longer to be seen once the scrubber has gone back before it.
  const attempt = lane.attempts.find((one) => one.attempt === chosen) ?? latest;
  return (
    <>
      <Why view={view} history={history} taskId={taskId} onSelect={onSelect} />
      <ErrorPart error={attempt?.error ?? null} exitCode={attempt?.exit_code ?? null} />
      <OutputPart task={task} shown={attempt === latest} />
      {attempt && (
        <>
          <Attempts
            attempts={lane.attempts}
            chosen={attempt.attempt}
            onChoose={setChosen}
            onVisit={view.moment.visit}
          />
          <TaskLog
            runId={view.detail.run_id}
            history={history}
            taskId={taskId}
            attempt={attempt.attempt}
            past={view.moment.past}
          />
        </>
      )}
      <Neighbours view={view} taskId={taskId} onSelect={onSelect} />
    </>
  );
}

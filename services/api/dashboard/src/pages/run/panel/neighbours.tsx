import { useMemo } from "react";
import { plural } from "@/lib/format";
import type { RunView } from "../view";
import { Part } from "./part";
import { TaskButton } from "./task-button";

interface Props {
  view: RunView;
  taskId: string;
  onSelect: (taskId: string) => void;
}

/** What the task waits for, and what waits for it. */
export function Neighbours({ view, taskId, onSelect }: Props) {
  const { tasks, number } = view.run.plan;
  const upstream = tasks[number.get(taskId) ?? -1]?.dependencies ?? [];
  const downstream = useMemo(
    () => tasks.filter(({ dependencies }) => dependencies.includes(taskId)).map(({ task_id }) => task_id),
    [tasks, taskId],
  );
  return (
    <Part title="Neighbours">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs">
        <dt className="text-dim">Waits for</dt>
        <dd>
          <Tasks ids={upstream} view={view} onSelect={onSelect} />
        </dd>
        <dt className="text-dim">Needed by</dt>
        <dd>
          <Tasks ids={downstream} view={view} onSelect={onSelect} />
        </dd>
      </dl>
    </Part>
  );
}

const SHOWN = 20;

function Tasks({ ids, view, onSelect }: { ids: readonly string[] } & Omit<Props, "taskId">) {
  if (ids.length === 0) return <span className="text-dim">no other task</span>;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {ids.slice(0, SHOWN).map((id) => (
        <li key={id} className="min-w-0">
          <TaskButton taskId={id} view={view} onSelect={onSelect} />
        </li>
      ))}
      {ids.length > SHOWN && <li className="text-dim">and {plural(ids.length - SHOWN, "other")}</li>}
    </ul>
  );
}

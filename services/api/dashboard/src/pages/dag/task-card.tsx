import { X } from "lucide-react";
import { useMemo } from "react";
import type { GridRun, GridTask } from "@/api/types";
import { duration, shortRunId } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/fields";
import { HoverTips } from "@/ui/hover-tip";
import { STATUSES } from "@/ui/status";
import { CellLink } from "./cell-link";
import { CellMarks } from "./cell-marks";
import { CellTip } from "./cell-tip";
import { statusOf } from "./cells";
import { spreadOf } from "./durations";

const LAST_RUNS = 28;
const MOST_NEIGHBOURS = 40;

/** A task of the graph: what it waits for, what waits for it, how it fared lately. */
export function TaskCard(props: {
  task: GridTask;
  number: number;
  tasks: readonly GridTask[];
  runs: readonly GridRun[];
  onSelect: (taskId: string) => void;
  onClose: () => void;
}) {
  const { task, number, tasks, runs, onSelect, onClose } = props;
  const needed = useMemo(
    () => tasks.filter(({ dependencies }) => dependencies.includes(task.task_id)),
    [tasks, task.task_id],
  );
  const needs = useMemo(() => {
    const byId = new Map(tasks.map((one) => [one.task_id, one]));
    return task.dependencies.flatMap((id) => byId.get(id) ?? []);
  }, [tasks, task.dependencies]);
  return (
    <aside
      aria-label={`Task ${task.name}`}
      className="max-h-64 shrink-0 space-y-3 overflow-auto border-line border-t p-3.5 text-sm md:max-h-none md:w-72 md:border-t-0 md:border-l"
    >
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="break-words font-medium">{task.name}</h3>
          <div className="flex items-center text-dim">
            <code className="break-all font-mono text-xs">{task.task_id}</code>
            <CopyButton text={task.task_id} label="Copy the id" />
          </div>
        </div>
        <Button kind="ghost" size="small" aria-label="Close" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      <Lately task={task} number={number} runs={runs} />
      <Neighbours
        title="Waits for"
        tasks={needs}
        none="Nothing: it starts with the run."
        onSelect={onSelect}
      />
      <Neighbours title="Waited for by" tasks={needed} none="Nothing." onSelect={onSelect} />
    </aside>
  );
}

function Lately({ task, number, runs }: { task: GridTask; number: number; runs: readonly GridRun[] }) {
  const shown = runs.filter((run) => statusOf(run.cells[number])).slice(0, LAST_RUNS);
  const spread = spreadOf(runs.flatMap((run) => run.durations_ms[number] ?? []));
  if (!shown.length) return null;
  return (
    <section>
      <h4 className="mb-1 text-dim text-xs">Lately, newest first</h4>
      <HoverTips
        tip={(runId) => {
          const run = shown.find(({ run_id }) => run_id === runId);
          return run && <CellTip task={{ ...task, number }} run={run} />;
        }}
      >
        <CellMarks>
          <div className="flex flex-wrap gap-0.5">
            {shown.map((run) => {
              const cell = run.cells[number] ?? "-";
              const status = statusOf(cell);
              return (
                <CellLink
                  key={run.run_id}
                  runId={run.run_id}
                  taskId={task.task_id}
                  label={`${status ? STATUSES[status].label : ""} in run ${shortRunId(run.run_id)}`}
                  cell={cell}
                />
              );
            })}
          </div>
        </CellMarks>
      </HoverTips>
      {spread && (
        <p className="tabular mt-1.5 text-dim text-xs">
          takes {duration(spread.median)} mostly, {duration(spread.longest)} at the longest
        </p>
      )}
    </section>
  );
}

function Neighbours(props: {
  title: string;
  tasks: readonly GridTask[];
  none: string;
  onSelect: (taskId: string) => void;
}) {
  const { title, tasks, none, onSelect } = props;
  return (
    <section>
      <h4 className="mb-1 text-dim text-xs">{title}</h4>
      {tasks.length ? (
        <ul className="space-y-0.5">
          {tasks.slice(0, MOST_NEIGHBOURS).map(({ task_id, name }) => (
            <li key={task_id}>
              <button
                type="button"
                title={task_id}
                onClick={() => onSelect(task_id)}
                className="max-w-full truncate text-left hover:text-accent hover:underline"
              >
                {name}
              </button>
            </li>
          ))}
          {tasks.length > MOST_NEIGHBOURS && (
            <li className="text-dim">and {tasks.length - MOST_NEIGHBOURS} more</li>
          )}
        </ul>
      ) : (
        <p className="text-dim">{none}</p>
      )}
    </section>
  );
}

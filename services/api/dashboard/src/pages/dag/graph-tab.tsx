import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { DagGrid, GridRun, GridTask, VersionEntry } from "@/api/types";
import { DagGraph, type NodeState } from "@/graph";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { StatusBadge } from "@/ui/status";
import { Ago } from "@/ui/time";
import { statesOf } from "./states";
import { TaskCard } from "./task-card";

const NONE: ReadonlyMap<string, NodeState> = new Map();

/** The current version as a graph, in the states of its latest run where it has run. */
export default function GraphTab(props: {
  grid: DagGrid;
  current: VersionEntry;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}) {
  const { grid, current, selected, onSelect } = props;
  const [bare, setBare] = useState(false);
  // The tasks of the current version stand first.
  const tasks = useMemo(() => grid.tasks.slice(0, current.task_count), [grid.tasks, current.task_count]);
  const nodes = useMemo(
    () => tasks.map(({ task_id, name, dependencies }) => ({ id: task_id, name, dependencies })),
    [tasks],
  );
  const run = bare ? undefined : grid.runs[0];
  const states = useStates(run, tasks);
  const number = tasks.findIndex(({ task_id }) => task_id === selected);
  const task = tasks[number];
  const navigate = useNavigate();
  const open = (taskId: string) => {
    const latest = grid.runs[0];
    if (latest) {
      void navigate({ to: "/ui/runs/$runId/tasks/$taskId", params: { runId: latest.run_id, taskId } });
    } else onSelect(taskId);
  };
  return (
    <Panel
      flush
      title={<Shown run={run} />}
      actions={
        grid.runs.length > 0 && (
          <Button size="small" aria-pressed={!bare} onClick={() => setBare(!bare)}>
            {bare ? "Show the latest run" : "Definition only"}
          </Button>
        )
      }
    >
      <div className="flex h-[max(24rem,calc(100dvh-17rem))] flex-col md:flex-row">
        <div className="min-h-0 min-w-0 flex-1">
          <DagGraph
            nodes={nodes}
            states={states}
            selected={selected}
            onSelect={(taskId) => onSelect(taskId || undefined)}
            onOpen={open}
            label={`Tasks of ${current.name}`}
          />
        </div>
        {task && (
          <TaskCard
            task={task}
            number={number}
            tasks={tasks}
            runs={grid.runs}
            onSelect={onSelect}
            onClose={() => onSelect(undefined)}
          />
        )}
      </div>
    </Panel>
  );
}

function Shown({ run }: { run: GridRun | undefined }) {
  if (!run) return <span className="font-normal text-dim">The current version</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 font-normal text-dim">
      The latest run <StatusBadge status={run.status} />
      <Ago at={run.created_at} />
    </span>
  );
}

function useStates(
  run: GridRun | undefined,
  tasks: readonly GridTask[],
): ReadonlyMap<string, NodeState> | undefined {
  const before = useRef(NONE);
  const states = useMemo(() => run && statesOf(run, tasks, before.current), [run, tasks]);
  before.current = states ?? NONE;
  return states;
}

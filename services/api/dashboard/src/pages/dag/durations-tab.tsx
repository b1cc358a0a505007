import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import type { DagGrid } from "@/api/types";
import { duration, plural } from "@/lib/format";
import { Button } from "@/ui/button";
import { Empty, Loading } from "@/ui/notices";
import { Figure, Panel } from "@/ui/panel";
import { useNow } from "@/ui/time";
import { type Bar, barsOf, spreadOf } from "./durations";
import { SlowTasks } from "./slow-tasks";

const DurationsChart = lazy(() => import("./durations-chart"));

export function DurationsTab(props: {
  grid: DagGrid;
  /** The task whose durations are shown; those of whole runs without one. */
  task: string | undefined;
  onTask: (taskId: string | undefined) => void;
}) {
  const { grid, task, onTask } = props;
  const number = grid.tasks.findIndex(({ task_id }) => task_id === task);
  const chosen = number === -1 ? null : number;
  const name = chosen === null ? "Whole runs" : (grid.tasks[chosen]?.name ?? "");
  const bars = useBars(grid, chosen);
  const open = useOpen(task);
  if (!grid.runs.some((run) => run.started_at)) {
    return (
      <Panel>
        <Empty title="Nothing has run yet">How long each run and each task took will be drawn here.</Empty>
      </Panel>
    );
  }
  const spread = spreadOf(bars.map(({ ms }) => ms));
  return (
    <div className="space-y-4">
      <Panel
        title={name}
        actions={
          chosen !== null && (
            <Button size="small" onClick={() => onTask(undefined)}>
              Whole runs
            </Button>
          )
        }
      >
        {spread && (
          <div className="mb-3 grid grid-cols-2 gap-4 sm:grid-cols-4">
            <Figure label="Median" value={duration(spread.median)} />
            <Figure label="95 of 100 within" value={duration(spread.p95)} />
            <Figure label="Longest" value={duration(spread.longest)} />
            <Figure label="Out of" value={plural(spread.count, "run")} />
          </div>
        )}
        {bars.length ? (
          <Suspense
            fallback={
              <div style={{ height: 260 }}>
                <Loading what="Drawing" />
              </div>
            }
          >
            <DurationsChart bars={bars} label={`Durations of ${name}, run by run`} onOpen={open} />
          </Suspense>
        ) : (
          <Empty title="This task has not run yet" />
        )}
      </Panel>
      <SlowTasks grid={grid} chosen={chosen} onTask={onTask} />
    </div>
  );
}

/** The bars as of now: while a run is under way its bar grows with the seconds. */
function useBars(grid: DagGrid, task: number | null): Bar[] {
  const second = useNow();
  const growing = task === null && grid.runs.some((run) => run.started_at && !run.finished_at);
  const now = growing ? second : 0;
  return useMemo(() => barsOf(grid, task, now), [grid, task, now]);
}

function useOpen(task: string | undefined): (bar: Bar) => void {
  const navigate = useNavigate();
  return ({ runId }) => {
    if (task) void navigate({ to: "/ui/runs/$runId/tasks/$taskId", params: { runId, taskId: task } });
    else void navigate({ to: "/ui/runs/$runId", params: { runId } });
  };
}

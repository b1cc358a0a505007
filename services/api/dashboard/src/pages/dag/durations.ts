/** How long the runs of a DAG and its tasks took, out of its grid. All durations are ms. */

import type { DagGrid, GridTask, TaskStatus } from "@/api/types";
import { runDuration } from "@/lib/runs";
import type { Status } from "@/ui/status";
import { ABSENT, statusOf } from "./cells";

export interface Bar {
  runId: string;
  at: string;
  ms: number;
  status: Status;
}

/** Return a bar for every run that has begun, oldest first: of the run, or of one task in it. */
export function barsOf(grid: DagGrid, task: number | null, now: number): Bar[] {
  const bars: Bar[] = [];
  for (const run of grid.runs.toReversed()) {
    const status = task === null ? run.status : statusOf(run.cells[task]);
    const ms = task === null ? runDuration(run, now) : run.durations_ms[task];
    if (status && ms != null) bars.push({ runId: run.run_id, at: run.created_at, ms, status });
  }
  return bars;
}

export interface Spread {
  count: number;
  median: number;
  p95: number;
  longest: number;
}

/** Return the middle, the 95th percentile and the longest; null of nothing. */
export function spreadOf(durations: readonly number[]): Spread | null {
  if (!durations.length) return null;
  const sorted = durations.toSorted((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, median: rank(0.5), p95: rank(0.95), longest: rank(1) };
}

export interface TaskSpread {
  task: GridTask;
  number: number;
  spread: Spread | null;
  failed: number;
  runs: number;
}

const WENT_WRONG: ReadonlySet<TaskStatus> = new Set(["failed"]);

/** Return what is known of every task, the one with the longest median first. */
export function tasksBySpread(grid: DagGrid): TaskSpread[] {
  return grid.tasks
    .map((task, number) => {
      const durations: number[] = [];
      let failed = 0;
      let runs = 0;
      for (const run of grid.runs) {
        const cell = run.cells[number] ?? ABSENT;
        if (cell === ABSENT) continue;
        runs += 1;
        const status = statusOf(cell);
        if (status && WENT_WRONG.has(status)) failed += 1;
        const ms = run.durations_ms[number];
        if (ms != null) durations.push(ms);
      }
      return { task, number, spread: spreadOf(durations), failed, runs };
    })
    .sort((one, other) => (other.spread?.median ?? -1) - (one.spread?.median ?? -1));
}

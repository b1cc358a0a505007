/** Keeps the grid of a DAG true, from the events of its runs, and puts its pages together. */

import type { DagGrid, GridRun } from "@/api/types";
import type { RunEvent, RunRequested, TaskEvent } from "@/core/events";
import { placeRun } from "@/lib/runs";
import { ABSENT, type Cell } from "./cells";

/** With more runs than this the oldest are dropped again; scrolling there fetches them anew. */
export const MOST_RUNS = 1000;

/** The version that the next run will follow. Its tasks come first in a grid. */
export interface CurrentVersion {
  version: string;
  task_count: number;
}

export interface Patched {
  grid: DagGrid;
  /** A run follows a version whose tasks are not known here: the grid must be read anew. */
  unknown: boolean;
}

/** Return the grid after a batch of events; the same one where they changed nothing. */
export function patchGrid(grid: DagGrid, events: readonly RunEvent[], current?: CurrentVersion): Patched {
  const columns = new Columns(grid, current);
  for (const event of events) columns.apply(event);
  return columns.result();
}

/** The columns that a batch changes, their cells taken apart while it does. */
class Columns {
  private runs: GridRun[];
  private readonly open = new Map<string, { cells: string[]; durations: (number | null)[] }>();
  private tasks: ReadonlyMap<string, number> | undefined;
  private changed = false;
  private unknown = false;

  constructor(
    private readonly grid: DagGrid,
    private readonly current: CurrentVersion | undefined,
  ) {
    this.runs = grid.runs;
  }

  apply(event: RunEvent): void {
    if (event.type === "FactRejected" || event.type === "Unreadable") return;
    if (event.type === "RunRequested") {
      this.request(event);
      return;
    }
    const at = this.runs.findIndex(({ run_id }) => run_id === event.run_id);
    const run = this.runs[at];
    // An older run that was not loaded, or a change that the snapshot has already.
    if (!run || event.seq <= run.seq) return;
    this.change(at, this.after(run, event));
  }

  result(): Patched {
    if (!this.changed) return { grid: this.grid, unknown: this.unknown };
    const runs = this.runs.slice(0, MOST_RUNS).map((run) => {
      const open = this.open.get(run.run_id);
      return open ? { ...run, cells: open.cells.join(""), durations_ms: open.durations } : run;
    });
    const dropped = this.runs.length > MOST_RUNS;
    const next_cursor = dropped ? (runs.at(-1)?.run_id ?? null) : this.grid.next_cursor;
    return { grid: { ...this.grid, runs, next_cursor }, unknown: this.unknown };
  }

  private change(at: number, run: GridRun): void {
    if (!this.changed) this.runs = this.runs.slice();
    this.changed = true;
    this.runs[at] = run;
  }

  private request({ run_id, dag_id, version, at, seq }: RunRequested): void {
    if (this.runs.some((run) => run.run_id === run_id)) return;
    const cells = this.untouched(version);
    if (cells === undefined) {
      this.unknown = true;
      return;
    }
    this.changed = true;
    this.runs = placeRun(this.runs, {
      run_id,
      dag_id,
      dag_version: version,
      status: "requested",
      created_at: new Date(at).toISOString(),
      started_at: null,
      finished_at: null,
      late_at: null,
      task_counts: {},
      seq,
      cells,
      durations_ms: new Array<null>(cells.length).fill(null),
    });
  }

  /** The cells of a new run of a version, undefined where nothing shown tells which tasks it has. */
  private untouched(version: string): string | undefined {
    const sibling = this.runs.find(({ dag_version }) => dag_version === version);
    if (sibling) return sibling.cells.replace(/[^-]/g, "w");
    if (this.current?.version !== version || this.current.task_count > this.grid.tasks.length)
      return undefined;
    return "w".repeat(this.current.task_count).padEnd(this.grid.tasks.length, ABSENT);
  }

  private after(
    run: GridRun,
    event: Exclude<RunEvent, { type: "RunRequested" | "FactRejected" | "Unreadable" }>,
  ): GridRun {
    const at = new Date(event.at).toISOString();
    switch (event.type) {
      case "RunStarted":
        return { ...run, seq: event.seq, status: "running", started_at: at };
      case "RunCancelled":
        return { ...run, seq: event.seq, status: "cancelling" };
      case "RunLate":
        return { ...run, seq: event.seq, late_at: at };
      case "RunFinished":
        return { ...run, seq: event.seq, status: event.status, finished_at: at };
      default:
        return this.afterTask(run, event);
    }
  }

  private afterTask(run: GridRun, event: TaskEvent): GridRun {
    this.tasks ??= new Map(this.grid.tasks.map(({ task_id }, number) => [task_id, number]));
    const number = this.tasks.get(event.task_id);
    if (number === undefined) return { ...run, seq: event.seq };
    let open = this.open.get(run.run_id);
    if (!open) {
      open = { cells: [...run.cells], durations: run.durations_ms.slice() };
      this.open.set(run.run_id, open);
    }
    open.cells[number] = cellAfter(event);
    const duration = durationAfter(event);
    if (duration !== undefined) open.durations[number] = duration;
    return { ...run, seq: event.seq };
  }
}

function cellAfter(event: TaskEvent): Cell {
  switch (event.type) {
    case "TaskReady":
      return "q";
    case "TaskStarted":
      return "r";
    case "TaskSucceeded":
      return "s";
    case "TaskFailed":
    case "TaskLost":
    case "TaskReturned":
      return event.retry_at ? "t" : "f";
    case "TaskCancelled":
      return "c";
    case "TaskUpstreamFailed":
      return "u";
  }
}

/** How long the latest attempt took, null for none yet, undefined where the event does not say. */
function durationAfter(event: TaskEvent): number | null | undefined {
  if (event.type === "TaskReady") return null;
  if (event.type === "TaskSucceeded" || event.type === "TaskFailed") return event.duration_ms;
  return event.type === "TaskCancelled" && event.worker ? event.duration_ms : undefined;
}

/** Return the grid with the next page, older runs, behind it. */
export function appendGrid(grid: DagGrid, page: DagGrid): DagGrid {
  const known = new Map(grid.tasks.map(({ task_id }, number) => [task_id, number]));
  const tasks = [...grid.tasks, ...page.tasks.filter(({ task_id }) => !known.has(task_id))];
  const places = new Map(page.tasks.map(({ task_id }, number) => [task_id, number]));
  const sources = tasks.map(({ task_id }) => places.get(task_id));
  const shown = new Set(grid.runs.map(({ run_id }) => run_id));
  const older = page.runs.filter(({ run_id }) => !shown.has(run_id));
  return {
    ...grid,
    tasks,
    runs: [
      ...grid.runs.map((run) => widen(run, tasks.length)),
      ...older.map((run) => rearrange(run, sources)),
    ],
    next_cursor: page.next_cursor,
  };
}

function widen(run: GridRun, length: number): GridRun {
  if (run.cells.length === length) return run;
  const missing = new Array<null>(length - run.cells.length).fill(null);
  return { ...run, cells: run.cells.padEnd(length, ABSENT), durations_ms: [...run.durations_ms, ...missing] };
}

function rearrange(run: GridRun, sources: readonly (number | undefined)[]): GridRun {
  const cell = (source: number | undefined) =>
    source === undefined ? ABSENT : (run.cells[source] ?? ABSENT);
  const duration = (source: number | undefined) =>
    source === undefined ? null : (run.durations_ms[source] ?? null);
  return { ...run, cells: sources.map(cell).join(""), durations_ms: sources.map(duration) };
}

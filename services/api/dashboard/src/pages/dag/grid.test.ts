import { expect, test } from "vitest";
import type { DagGrid, GridRun } from "@/api/types";
import { type RunEvent, readEvent } from "@/core/events";
import { appendGrid, MOST_RUNS, patchGrid } from "./grid";

const NOW = "2026-11-26T09:00:00.000Z";

function run(number: number, cells: string, fields: Partial<GridRun> = {}): GridRun {
  return {
    run_id: id(number),
    dag_id: "d",
    dag_version: "v1",
    status: "running",
    created_at: NOW,
    started_at: NOW,
    finished_at: null,
    late_at: null,
    task_counts: {},
    seq: 10,
    cells,
    durations_ms: [...cells].map(() => null),
    ...fields,
  };
}

const id = (number: number) => `${String(number).padStart(26, "0")}-0`;

function grid(tasks: string, runs: GridRun[], next_cursor: string | null = null): DagGrid {
  const rows = [...tasks].map((task_id) => ({ task_id, name: task_id, dependencies: [] }));
  return { dag_id: "d", tasks: rows, runs, next_cursor, position: "0:10" };
}

function event(type: string, seq: number, fields: Record<string, unknown> = {}): RunEvent {
  return readEvent({ type, seq, at: NOW, run_id: id(1), ...fields });
}

const cells = (before: DagGrid, ...events: RunEvent[]) => patchGrid(before, events).grid.runs[0]?.cells;

test("events of tasks change their cells", () => {
  const task = { task_id: "b" };
  const before = grid("ab", [run(1, "sw")]);
  expect(cells(before, event("TaskReady", 11, task))).toBe("sq");
  expect(cells(before, event("TaskReady", 11, task), event("TaskStarted", 12, task))).toBe("sr");
  expect(cells(before, event("TaskFailed", 11, { ...task, retry_at: NOW }))).toBe("st");
  expect(cells(before, event("TaskFailed", 11, task))).toBe("sf");
  expect(cells(before, event("TaskUpstreamFailed", 11, task))).toBe("su");
});

test("an attempt's duration is known once it has ended, and gone when there is another", () => {
  const ended = patchGrid(grid("a", [run(1, "r")]), [
    event("TaskSucceeded", 11, { task_id: "a", duration_ms: 42 }),
  ]).grid;
  expect(ended.runs[0]?.durations_ms).toEqual([42]);
  const again = patchGrid(ended, [event("TaskReady", 12, { task_id: "a" })]).grid;
  expect(again.runs[0]?.durations_ms).toEqual([null]);
});

test("what the snapshot has already is not applied again", () => {
  const before = grid("a", [run(1, "s")]);
  expect(patchGrid(before, [event("TaskStarted", 10, { task_id: "a" })]).grid).toBe(before);
});

test("a run goes from its request to its end", () => {
  const finished = patchGrid(grid("a", [run(1, "w", { status: "requested", started_at: null })]), [
    event("RunStarted", 11),
    event("RunFinished", 12, { status: "failed" }),
  ]).grid;
  expect(finished.runs[0]).toMatchObject({ status: "failed", started_at: NOW, finished_at: NOW, seq: 12 });
});

test("a new run comes first, with the tasks of the last run of its version", () => {
  const requested = event("RunRequested", 11, { run_id: id(2), dag_id: "d", version: "v1" });
  const { grid: after, unknown } = patchGrid(grid("abc", [run(1, "sf-")]), [requested]);
  expect(unknown).toBe(false);
  expect(after.runs.map((one) => one.cells)).toEqual(["ww-", "sf-"]);
});

test("the first run of the current version has the tasks that stand first", () => {
  const requested = event("RunRequested", 11, { run_id: id(2), dag_id: "d", version: "v2" });
  const current = { version: "v2", task_count: 2 };
  expect(patchGrid(grid("abc", [run(1, "sss")]), [requested], current).grid.runs[0]?.cells).toBe("ww-");
});

test("a run of a version that nothing tells of makes the grid be read anew", () => {
  const requested = event("RunRequested", 11, { run_id: id(2), dag_id: "d", version: "v3" });
  const before = grid("a", [run(1, "s")]);
  expect(patchGrid(before, [requested])).toEqual({ grid: before, unknown: true });
});

test("a page open for long drops the oldest runs, and can fetch them again", () => {
  const many = Array.from({ length: MOST_RUNS }, (_, at) => run(MOST_RUNS - at, "s"));
  const requested = event("RunRequested", 11, { run_id: id(MOST_RUNS + 1), dag_id: "d", version: "v1" });
  const { grid: after } = patchGrid(grid("a", many), [requested]);
  expect(after.runs).toHaveLength(MOST_RUNS);
  expect(after.next_cursor).toBe(id(2));
});

test("older runs are put behind the newer ones, each cell at its task", () => {
  const newer = grid("ab", [run(2, "sf")], id(2));
  const older = grid("bca", [run(1, "ws-", { durations_ms: [1, 2, null] })]);
  const both = appendGrid(newer, older);
  expect(both.tasks.map(({ task_id }) => task_id)).toEqual(["a", "b", "c"]);
  expect(both.runs.map((one) => one.cells)).toEqual(["sf-", "-ws"]);
  expect(both.runs[1]?.durations_ms).toEqual([null, 1, 2]);
  expect(both.next_cursor).toBeNull();
});

test("a run that stands on both pages is shown once", () => {
  expect(appendGrid(grid("a", [run(1, "s")]), grid("a", [run(1, "r")])).runs).toHaveLength(1);
});

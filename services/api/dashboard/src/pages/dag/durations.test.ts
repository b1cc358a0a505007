import { expect, test } from "vitest";
import type { DagGrid } from "@/api/types";
import { barsOf, spreadOf, tasksBySpread } from "./durations";

const GRID = {
  tasks: [
    { task_id: "a", name: "a", dependencies: [] },
    { task_id: "b", name: "b", dependencies: [] },
  ],
  runs: [
    {
      run_id: "2",
      status: "running",
      created_at: "2026-11-26T09:00:10.000Z",
      started_at: "2026-11-26T09:00:10.000Z",
      finished_at: null,
      late_at: null,
      cells: "sr",
      durations_ms: [10, null],
    },
    {
      run_id: "1",
      status: "failed",
      created_at: "2026-11-26T09:00:00.000Z",
      started_at: "2026-11-26T09:00:00.000Z",
      finished_at: "2026-11-26T09:00:02.000Z",
      late_at: null,
      cells: "-f",
      durations_ms: [null, 500],
    },
    {
      run_id: "0",
      status: "requested",
      started_at: null,
      finished_at: null,
      late_at: null,
      cells: "ww",
      durations_ms: [null, null],
    },
  ],
} as unknown as DagGrid;

test("bars go from the oldest run to the newest, one that runs up to now, one that waits not at all", () => {
  const bars = barsOf(GRID, null, Date.parse("2026-11-26T09:00:15.000Z"));
  expect(bars.map(({ runId, ms }) => [runId, ms])).toEqual([
    ["1", 2000],
    ["2", 5000],
  ]);
});

test("bars of a task have its own status and duration", () => {
  expect(barsOf(GRID, 1, 0)).toMatchObject([{ runId: "1", ms: 500, status: "failed" }]);
});

test("percentiles are durations that were measured", () => {
  const durations = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(spreadOf(durations)).toEqual({ count: 100, median: 50, p95: 95, longest: 100 });
  expect(spreadOf([7])).toEqual({ count: 1, median: 7, p95: 7, longest: 7 });
  expect(spreadOf([])).toBeNull();
});

test("tasks are told by their median, with failures out of the runs that have them", () => {
  const [slowest, other] = tasksBySpread(GRID);
  expect(slowest).toMatchObject({ task: { task_id: "b" }, failed: 1, runs: 3 });
  expect(other).toMatchObject({ task: { task_id: "a" }, failed: 0, runs: 2 });
});

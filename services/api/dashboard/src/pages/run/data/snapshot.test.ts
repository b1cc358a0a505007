import { expect, test } from "vitest";
import type { RunDetail, TaskView } from "@/api/types";
import { planOf, snapshotOf } from "./snapshot";

const VIEW: TaskView = {
  task_id: "load",
  name: "Load",
  status: "retrying",
  attempt: 2,
  worker: "w1",
  queue: "default",
  ready_at: "2026-11-26T09:00:01.000Z",
  started_at: "2026-11-26T09:00:02.000Z",
  finished_at: "2026-11-26T09:00:03.000Z",
  retry_at: "2026-11-26T09:00:08.000Z",
  exit_code: 3,
  error: { kind: "exit", message: "exit code 3", traceback: "" },
  output: null,
  upstream: null,
  dependencies: [],
  failures: 2,
  losses: 0,
  reason: "retry",
  seq: 17,
};

const DETAIL: RunDetail = {
  run_id: "r-0",
  dag_id: "etl",
  dag_name: "ETL",
  dag_version: "v",
  status: "running",
  created_at: "2026-11-26T09:00:00.000Z",
  started_at: "2026-11-26T09:00:00.500Z",
  finished_at: null,
  late_at: "2026-11-26T09:00:05.000Z",
  seq: 17,
  task_counts: { retrying: 1 },
  tasks: [VIEW],
};

test("what the API tells in one call has the shape of a state, so the page shows it before the history is here", () => {
  const run = snapshotOf(DETAIL, planOf(DETAIL));
  expect(run).toMatchObject({ status: "running", finished_at: 0, seq: 17 });
  expect(run.late_at).toBe(Date.parse("2026-11-26T09:00:05Z"));
  expect(run.counts).toMatchObject({ retrying: 1, waiting: 0 });
  expect(run.tasks[0]).toMatchObject({ status: "retrying", reason: "retry", upstream: "", ready_seq: 0 });
  expect(run.tasks[0]?.due).toBe(Date.parse("2026-11-26T09:00:08Z"));
});

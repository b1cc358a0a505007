import { describe, expect, test } from "vitest";
import type { DagWithRuns, Figures, Overview, RunEntry, Sample } from "@/api/types";
import { patchOverview, SERIES } from "./patch";

function run(id: string, status: RunEntry["status"], seq: number, dag_id = "etl"): RunEntry {
  const at = "2026-11-23T09:47:05.871Z";
  const times = { created_at: at, started_at: at, finished_at: null, late_at: null };
  return { run_id: id, dag_id, dag_version: "v", status, task_counts: {}, seq, ...times };
}

function dag(dag_id: string, last_runs: RunEntry[]): DagWithRuns {
  return {
    dag_id,
    name: dag_id,
    version: "v",
    task_count: 1,
    description: "",
    registered_at: null,
    tags: [],
    last_runs,
  };
}

const FIGURES: Figures = {
  at: "2026-11-23T09:47:05.000Z",
  dead_letters: 0,
  events_total: 0,
  inbox_lag: 0,
  queue_depth: 0,
  runs_by_status: {},
  sample: null,
  schedulers: 1,
  tasks_by_status: {},
  tasks_claimed: 0,
  workers: 1,
};

const BEFORE: Overview = {
  figures: FIGURES,
  series: [],
  active: [run("b-0", "running", 5)],
  failed: [run("a-0", "failed", 3)],
  dags: [dag("other", []), dag("etl", [run("b-0", "running", 5), run("a-0", "failed", 3)])],
  workers: [],
  schedulers: [],
  position: "0:5",
};

const told = (type: string, data: unknown) => ({ type, data: JSON.stringify(data) });
const ids = (runs: readonly RunEntry[]) => runs.map(({ run_id }) => run_id);

describe("a run that changed", () => {
  test("leaves what runs and joins what failed", () => {
    const after = patchOverview(BEFORE, [told("Run", run("b-0", "failed", 9))]);
    expect(ids(after.active)).toEqual([]);
    expect(ids(after.failed)).toEqual(["b-0", "a-0"]);
    expect(after.dags[1]?.last_runs[0]?.status).toBe("failed");
  });

  test("is shown as new everywhere", () => {
    const after = patchOverview(BEFORE, [told("Run", run("c-0", "requested", 0))]);
    expect(ids(after.active)).toEqual(["c-0", "b-0"]);
    expect(ids(after.dags[1]?.last_runs ?? [])).toEqual(["c-0", "b-0", "a-0"]);
  });

  test("brings its DAG to the top with the next figures, not before", () => {
    const order = ({ dags }: Overview) => dags.map(({ dag_id }) => dag_id);
    const after = patchOverview(BEFORE, [told("Run", run("c-0", "requested", 0))]);
    expect(order(after)).toEqual(["other", "etl"]);
    const settled = patchOverview(after, [told("Figures", FIGURES)]);
    expect(order(settled)).toEqual(["etl", "other"]);
    expect(patchOverview(settled, [told("Figures", FIGURES)]).dags).toBe(settled.dags);
  });

  test("never goes back to what it was", () => {
    const ended = patchOverview(BEFORE, [told("Run", run("b-0", "succeeded", 9))]);
    const after = patchOverview(ended, [told("Run", run("b-0", "running", 7))]);
    expect(after.dags[1]?.last_runs[0]?.status).toBe("succeeded");
  });
});

test("figures that are older than those of the overview are passed over", () => {
  const later = { ...BEFORE, figures: { ...FIGURES, at: "2999-01-01T00:00:00.000Z" } };
  expect(patchOverview(later, [told("Figures", FIGURES)])).toBe(later);
});

test("samples are added once each, and the oldest go", () => {
  const sample = (second: number): Sample => ({
    at: new Date(second * 1000).toISOString(),
    tasks_per_second: 0,
    runs_per_second: 0,
    events_per_second: 0,
    queue_depth: 0,
    inbox_lag: 0,
    wait_p50_ms: null,
    wait_p95_ms: null,
    run_p50_ms: null,
    run_p95_ms: null,
  });
  const full = { ...BEFORE, series: Array.from({ length: SERIES }, (_, second) => sample(second)) };
  const message = told("Figures", { ...FIGURES, sample: sample(SERIES) });
  const after = patchOverview(full, [message, message]);
  expect(after.series).toHaveLength(SERIES);
  expect(after.series.at(-1)).toEqual(sample(SERIES));
  expect(after.series[0]).toEqual(sample(1));
});

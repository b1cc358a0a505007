import { expect, test } from "vitest";
import type { DagRunsList, DagWithRuns, RunEntry } from "@/api/types";
import { patchDags, SHOWN_RUNS } from "./patch";

function run(number: number, dagId = "a", seq = 1, status: RunEntry["status"] = "running"): RunEntry {
  const run_id = `${String(number).padStart(26, "0")}-0`;
  return { run_id, dag_id: dagId, status, seq } as RunEntry;
}

function dag(dagId: string, runs: RunEntry[] = []): DagWithRuns {
  return { dag_id: dagId, name: dagId, version: "1", tags: [], last_runs: runs } as unknown as DagWithRuns;
}

const list = (...dags: DagWithRuns[]): DagRunsList => ({ dags, count: dags.length, position: "0:1" });
const message = (type: string, value: unknown) => ({ type, data: JSON.stringify(value) });
const ids = (patched: DagRunsList) =>
  patched.dags[0]?.last_runs.map(({ run_id }) => Number(run_id.slice(0, 26)));

test("a new run comes first, and the oldest goes where there are enough", () => {
  const runs = Array.from({ length: SHOWN_RUNS }, (_, at) => run(100 - at));
  const patched = patchDags(list(dag("a", runs)), [message("Run", run(101))]);
  expect(ids(patched)).toEqual([101, ...runs.slice(0, -1).map((_, at) => 100 - at)]);
});

test("a run that is shown changes where it stands", () => {
  const patched = patchDags(list(dag("a", [run(2), run(1)])), [message("Run", run(1, "a", 7, "failed"))]);
  expect(ids(patched)).toEqual([2, 1]);
  expect(patched.dags[0]?.last_runs[1]?.status).toBe("failed");
});

test("a run that is older than what is shown changes nothing", () => {
  const before = list(dag("a", [run(1, "a", 9, "succeeded")]));
  expect(patchDags(before, [message("Run", run(1, "a", 8, "running"))])).toBe(before);
});

test("a DAG that is registered takes its place in the order of ids, one that changes keeps its runs", () => {
  const before = list(dag("a", [run(1)]), dag("c"));
  const patched = patchDags(before, [message("Dag", dag("b")), message("Dag", { ...dag("a"), name: "New" })]);
  expect(patched.dags.map(({ dag_id }) => dag_id)).toEqual(["a", "b", "c"]);
  expect(patched.count).toBe(3);
  expect(patched.dags[0]).toMatchObject({ name: "New", last_runs: [run(1)] });
});

test("a run of a DAG that is registered in the same batch is shown", () => {
  const patched = patchDags(list(), [message("Dag", dag("a")), message("Run", run(1))]);
  expect(ids(patched)).toEqual([1]);
});

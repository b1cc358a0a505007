import { expect, test } from "vitest";
import type { DagWithRuns } from "@/api/types";
import { countTags, filterDags } from "./filter";

function dag(dag_id: string, fields: Partial<DagWithRuns> = {}): DagWithRuns {
  return { dag_id, name: dag_id, description: "", tags: [], last_runs: [], ...fields } as DagWithRuns;
}

const last = (status: string, run_id = "1") => ({ last_runs: [{ status, run_id }] }) as Partial<DagWithRuns>;
const ids = (dags: DagWithRuns[]) => dags.map(({ dag_id }) => dag_id);

test("every word must be found, wherever it stands and however it is written", () => {
  const dags = [dag("sales", { name: "Nightly Sales" }), dag("costs", { name: "Nightly", tags: ["Money"] })];
  expect(ids(filterDags(dags, { q: "night MONEY" }))).toEqual(["costs"]);
  expect(ids(filterDags(dags, { q: "nothing" }))).toEqual([]);
});

test("a filter by status looks at the last run, and finds what never ran", () => {
  const dags = [dag("a", last("failed")), dag("b", last("succeeded")), dag("c")];
  expect(ids(filterDags(dags, { status: "failed" }))).toEqual(["a"]);
  expect(ids(filterDags(dags, { status: "never" }))).toEqual(["c"]);
});

test("names are sorted as people count", () => {
  expect(ids(filterDags([dag("step10"), dag("Step2"), dag("step1")], {}))).toEqual([
    "step1",
    "Step2",
    "step10",
  ]);
});

test("by last run, what ran latest comes first and what never ran last", () => {
  const dags = [dag("never"), dag("old", last("failed", "1")), dag("new", last("failed", "2"))];
  expect(ids(filterDags(dags, { sort: "last" }))).toEqual(["new", "old", "never"]);
});

test("tags are counted, the most frequent first", () => {
  expect(countTags([dag("a", { tags: ["x", "y"] }), dag("b", { tags: ["y"] })])).toEqual([
    ["y", 2],
    ["x", 1],
  ]);
});

import { expect, test } from "vitest";
import type { DagWithRuns } from "@/api/types";
import { filterDags } from "./filter";
import { atPlaces, placesOf } from "./held-order";

function dag(dag_id: string, lastRun: string): DagWithRuns {
  const last_runs = lastRun ? [{ run_id: lastRun, status: "running" }] : [];
  return { dag_id, name: dag_id, description: "", tags: [], last_runs } as unknown as DagWithRuns;
}

const ids = (dags: readonly DagWithRuns[]) => dags.map(({ dag_id }) => dag_id);
const before = [dag("a", "1"), dag("b", "3"), dag("c", "2"), dag("never", "")];

test("by last run, the latest comes first", () => {
  expect(ids(atPlaces(before, placesOf(before)))).toEqual(["b", "c", "a", "never"]);
});

test("a DAG that runs stays where it stands until the list is sorted again", () => {
  const now = [dag("a", "4"), ...before.slice(1, 3), dag("never", "5")];
  expect(ids(atPlaces(filterDags(now, { sort: "last" }), placesOf(before)))).toEqual([
    "b",
    "c",
    "a",
    "never",
  ]);
  expect(ids(atPlaces(now, placesOf(now)))).toEqual(["never", "a", "b", "c"]);
});

test("a DAG that was registered since comes first", () => {
  const now = filterDags([...before, dag("new", ""), dag("newer", "9")], { sort: "last" });
  expect(ids(atPlaces(now, placesOf(before)))).toEqual(["newer", "new", "b", "c", "a", "never"]);
});

test("a DAG that passes the filter again is back at its place", () => {
  const places = placesOf(before);
  const without = before.filter(({ dag_id }) => dag_id !== "c");
  expect(ids(atPlaces(without, places))).toEqual(["b", "a", "never"]);
  expect(ids(atPlaces(before, places))).toEqual(["b", "c", "a", "never"]);
});

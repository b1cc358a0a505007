/** Keeps the list of DAGs true, from the digest stream. */

import type { DagEntry, DagRunsList, DagWithRuns, RunEntry } from "@/api/types";
import { placeRun } from "@/lib/runs";
import type { Message } from "@/live/stream";

/** How many last runs are shown of each DAG. */
export const SHOWN_RUNS = 12;

/** Return the list after a batch of `Run` and `Dag` messages; the same object where nothing of it changed. */
export function patchDags(list: DagRunsList, batch: readonly Message[]): DagRunsList {
  const index = new Map(list.dags.map((dag, at) => [dag.dag_id, at]));
  const dags = list.dags.slice();
  let changed = false;
  for (const { type, data } of batch) {
    if (type === "Run") changed = patchRun(dags, index, JSON.parse(data) as RunEntry) || changed;
    else if (type === "Dag") changed = patchDag(dags, index, JSON.parse(data) as DagEntry) || changed;
  }
  if (!changed) return list;
  if (dags.length > list.dags.length) dags.sort((one, other) => (one.dag_id < other.dag_id ? -1 : 1));
  return { ...list, dags, count: dags.length };
}

function patchRun(dags: DagWithRuns[], index: ReadonlyMap<string, number>, run: RunEntry): boolean {
  const at = index.get(run.dag_id);
  const dag = at === undefined ? undefined : dags[at];
  if (at === undefined || !dag || isOlder(run, dag)) return false;
  dags[at] = { ...dag, last_runs: placeRun(dag.last_runs, run).slice(0, SHOWN_RUNS) };
  return true;
}

/** Whether the list has this run in a later state already. */
function isOlder(run: RunEntry, dag: DagWithRuns): boolean {
  const known = dag.last_runs.find(({ run_id }) => run_id === run.run_id);
  return known !== undefined && run.seq < known.seq;
}

function patchDag(dags: DagWithRuns[], index: Map<string, number>, entry: DagEntry): boolean {
  const at = index.get(entry.dag_id);
  if (at === undefined) {
    index.set(entry.dag_id, dags.push({ ...entry, last_runs: [] }) - 1);
  } else {
    dags[at] = { ...entry, last_runs: dags[at]?.last_runs ?? [] };
  }
  return true;
}

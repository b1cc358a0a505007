/** Which DAGs are listed, and in which order. */

import type { DagWithRuns, RunStatus } from "@/api/types";
import type { DAG_SORTS } from "@/app/search";

export type Sort = (typeof DAG_SORTS)[number];

export interface Filter {
  q?: string;
  tag?: string;
  /** The status of the last run, or `never`. */
  status?: string;
  sort?: Sort;
}

export type LastStatus = RunStatus | "never";

function lastStatus(dag: DagWithRuns): LastStatus {
  return dag.last_runs[0]?.status ?? "never";
}

/** Return the DAGs that have every word of `q` in their name, id, tags or description, and the tag and status. */
export function filterDags(dags: readonly DagWithRuns[], filter: Filter): DagWithRuns[] {
  const words = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const { tag, status, sort = "name" } = filter;
  const kept = dags.filter(
    (dag) =>
      (!tag || dag.tags.includes(tag)) &&
      (!status || lastStatus(dag) === status) &&
      words.every((word) => text(dag).includes(word)),
  );
  return kept.sort(ORDERS[sort]);
}

const texts = new WeakMap<DagWithRuns, string>();

function text(dag: DagWithRuns): string {
  let found = texts.get(dag);
  if (found === undefined) {
    found = [dag.dag_id, dag.name, dag.description, ...dag.tags].join("\n").toLowerCase();
    texts.set(dag, found);
  }
  return found;
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const ORDERS: Record<Sort, (one: DagWithRuns, other: DagWithRuns) => number> = {
  name: byName,
  // Run ids begin with the time; whatever never ran comes last.
  last: (one, other) =>
    descending(one.last_runs[0]?.run_id ?? "", other.last_runs[0]?.run_id ?? "") || byName(one, other),
  // What is not in the log yet was registered just now.
  registered: (one, other) =>
    descending(one.registered_at ?? "~", other.registered_at ?? "~") || byName(one, other),
};

function byName(one: DagWithRuns, other: DagWithRuns): number {
  return COLLATOR.compare(one.name, other.name) || descending(other.dag_id, one.dag_id);
}

function descending(one: string, other: string): number {
  return one === other ? 0 : one < other ? 1 : -1;
}

/** Return every tag with how many DAGs have it, the most frequent first. */
export function countTags(dags: readonly DagWithRuns[]): [tag: string, count: number][] {
  const counts = new Map<string, number>();
  for (const dag of dags) for (const tag of dag.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(
    ([tag, count], [otherTag, other]) => other - count || COLLATOR.compare(tag, otherTag),
  );
}

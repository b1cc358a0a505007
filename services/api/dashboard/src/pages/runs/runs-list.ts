/** The list of runs as loaded so far, newest first, and how the live stream keeps it true. */

import type { RunEntry } from "@/api/types";

export interface Filter {
  readonly statuses: readonly string[];
  readonly dag: string;
  readonly search: string;
  /** RFC 3339, as in the runs themselves. */
  readonly after: string;
  readonly before: string;
}

export function matches(run: RunEntry, filter: Filter): boolean {
  return (
    (filter.statuses.length === 0 || filter.statuses.includes(run.status)) &&
    (filter.dag === "" || run.dag_id === filter.dag) &&
    run.run_id.startsWith(filter.search) &&
    (filter.after === "" || Date.parse(run.created_at) >= Date.parse(filter.after)) &&
    (filter.before === "" || Date.parse(run.created_at) < Date.parse(filter.before))
  );
}

/**
 * Return the list with `changed` runs in it, the same list where nothing changes.
 *
 * A run that no longer matches leaves; one that matches now comes in where its id belongs, unless that is beyond what
 * has been loaded (`whole` says that there is nothing beyond). An entry never gives way to an older one.
 */
export function patch(
  list: readonly RunEntry[],
  changed: readonly RunEntry[],
  filter: Filter,
  whole: boolean,
): readonly RunEntry[] {
  const known = new Map(list.map((run) => [run.run_id, run]));
  const oldest = list.at(-1)?.run_id ?? "";
  let touched = false;
  for (const run of changed) {
    const before = known.get(run.run_id);
    if (before && before.seq >= run.seq) continue;
    if (matches(run, filter)) {
      if (!before && !whole && run.run_id < oldest) continue;
      known.set(run.run_id, run);
      touched = true;
    } else if (known.delete(run.run_id)) {
      touched = true;
    }
  }
  return touched ? [...known.values()].sort(newestFirst) : list;
}

/** How many runs the stream may add to those that were loaded before the oldest are dropped. */
export const ADDED = 500;

/**
 * Return the part of the list to keep, and the cursor for what comes after it, undefined where nothing was dropped. So a
 * page that is left open does not grow with every run; who scrolls to the end has the dropped ones loaded again.
 */
export function kept(
  list: readonly RunEntry[],
  loaded: number,
): { runs: readonly RunEntry[]; cursor: string | undefined } {
  if (list.length <= loaded + ADDED) return { runs: list, cursor: undefined };
  const runs = list.slice(0, loaded + ADDED);
  return { runs, cursor: runs.at(-1)?.run_id };
}

/** Run ids begin with their time. */
function newestFirst(one: RunEntry, other: RunEntry): number {
  if (one.run_id === other.run_id) return 0;
  return one.run_id < other.run_id ? 1 : -1;
}

import type { GridRun, GridTask } from "@/api/types";
import type { NodeState } from "@/graph";
import { duration } from "@/lib/format";
import { statusOf } from "./cells";

/** Return how the tasks of a run stand, for the graph: the objects of `before` where they say the same. */
export function statesOf(
  run: GridRun,
  tasks: readonly GridTask[],
  before: ReadonlyMap<string, NodeState>,
): Map<string, NodeState> {
  const states = new Map<string, NodeState>();
  tasks.forEach(({ task_id }, number) => {
    const status = statusOf(run.cells[number]);
    if (!status) return;
    const took = run.durations_ms[number];
    const detail = took == null ? undefined : `took ${duration(took)}`;
    const known = before.get(task_id);
    const same = known && known.status === status && known.detail === detail;
    states.set(task_id, same ? known : { status, attempt: 0, ...(detail && { detail }) });
  });
  return states;
}

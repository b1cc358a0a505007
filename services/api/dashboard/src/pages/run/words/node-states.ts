/** The tasks of a run as the graph takes them. */

import type { RunSnapshot, TaskState } from "@/core/state";
import type { NodeState } from "@/graph";
import { clock, duration } from "@/lib/format";
import { causeOfFailure } from "./names";

/** A task that has not moved is the same object at every moment: so is what is shown of it. */
const shown = new WeakMap<TaskState, NodeState>();

export function nodeStates(run: RunSnapshot): ReadonlyMap<string, NodeState> {
  const states = new Map<string, NodeState>();
  for (const [number, task] of run.tasks.entries()) {
    const id = run.plan.tasks[number]?.task_id;
    if (id !== undefined) states.set(id, stateOf(task));
  }
  return states;
}

function stateOf(task: TaskState): NodeState {
  const known = shown.get(task);
  if (known) return known;
  const { status, attempt } = task;
  const detail = detailOf(task);
  const state = { status, attempt, ...(detail && { detail }) };
  shown.set(task, state);
  return state;
}

function detailOf(task: TaskState): string {
  const { status, started_at, finished_at, due, worker } = task;
  const cause = causeOfFailure(task.error, task.exit_code);
  switch (status) {
    case "running":
      return `since ${clock(started_at)} on ${worker}`;
    case "succeeded":
      return `in ${duration(finished_at - started_at)}`;
    case "failed":
      return cause;
    case "retrying":
      return `again at ${clock(due)}${cause && `: ${cause}`}`;
    default:
      return "";
  }
}

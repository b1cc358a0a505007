/** Which tasks made a run last as long as it did: back from the end, each time to the dependency that ended last. */

import { durationsAt } from "@/core/durations";
import type { History } from "@/core/history";
import type { RunSnapshot, TaskState } from "@/core/state";
import { TASK_ENDED } from "@/core/status";

/**
 * Return the tasks of the critical path up to moment `n`, the first of them first; none before anything ran. Of a run
 * that goes on it leads to the task that has been under way longest.
 */
export function criticalPath(history: History, n: number): readonly number[] {
  const path: number[] = [];
  let number = lastOf(history.stateAt(n));
  while (number !== undefined) {
    path.push(number);
    const task = history.plan.tasks[number];
    const critical = task && durationsAt(history, task.task_id, n).critical;
    number = critical ? history.plan.number.get(critical.task_id) : undefined;
  }
  return path.reverse();
}

/** Return the task on which the end of the run hangs. */
function lastOf({ tasks }: RunSnapshot): number | undefined {
  let last: number | undefined;
  for (const [number, task] of tasks.entries()) {
    const holder = last === undefined ? undefined : tasks[last];
    if (task.ready_at > 0 && (holder === undefined || holdsUpMore(task, holder))) last = number;
  }
  return last;
}

function holdsUpMore(one: TaskState, other: TaskState): boolean {
  const [ended, otherEnded] = [TASK_ENDED.has(one.status), TASK_ENDED.has(other.status)];
  if (ended !== otherEnded) return otherEnded;
  return ended ? one.seq > other.seq : one.ready_at < other.ready_at;
}

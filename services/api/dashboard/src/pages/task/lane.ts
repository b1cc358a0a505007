/** The attempts of a task as the API tells them, in the shape in which the time that went into them is worked out. */

import type { Attempt, TaskDetail } from "@/api/types";
import { lengthOf, type Segment, segmentsOf, type Tried } from "@/core/segments";
import { TASK_ENDED } from "@/core/status";
import { parseTime } from "@/lib/format";

export type Times = Pick<TaskDetail, "attempts" | "status" | "run_created_at" | "finished_at">;

/** Return where the task's time went since the run was requested; what has not ended lasts until `now` (ms). */
export function spentBy(task: Times, now: number): readonly Segment[] {
  const until = TASK_ENDED.has(task.status) ? (parseTime(task.finished_at) ?? now) : now;
  return segmentsOf(laneOf(task), until).filter(({ from, to }) => to > from);
}

/** Return how long a stretch took (ms). An attempt's worker has measured it better than two events can tell. */
export function tookOf(task: Times): (segment: Segment) => number {
  const measured = new Map(task.attempts.map(({ attempt, duration_ms }) => [attempt, duration_ms]));
  return (segment) => (segment.kind === "run" ? measured.get(segment.attempt) : null) ?? lengthOf(segment);
}

function laneOf(task: Times): Tried {
  let free = parseTime(task.run_created_at);
  const attempts = task.attempts.map((one) => {
    const waiting_since = free;
    free = time(one.ended_at);
    const { attempt, worker } = one;
    return {
      attempt,
      worker: worker ?? "",
      waiting_since,
      ready_at: parseTime(one.ready_at),
      started_at: time(one.started_at),
      ended_at: free,
      end: endOf(one),
    };
  });
  const last = task.attempts.at(-1);
  const waits = last === undefined || (last.ended_at !== null && last.retry_at !== null);
  const until = TASK_ENDED.has(task.status) ? time(task.finished_at) : 0;
  return { attempts, wait: waits ? { kind: last ? "retry" : "first", since: free, until } : null };
}

/** 0 for not yet. */
function time(text: string | null): number {
  return parseTime(text) ?? 0;
}

function endOf({ status }: Attempt): Exclude<Attempt["status"], "ready" | "running"> | null {
  return status === "ready" || status === "running" ? null : status;
}

/** The run as the API tells it in one call, in the shape that the fold of its events has: shown until those are here. */

import type { RunDetail, TaskView } from "@/api/types";
import { toMs } from "@/core/events";
import { makePlan, type Plan } from "@/core/plan";
import { newRun, type RunSnapshot, type TaskState } from "@/core/state";

export function planOf(detail: Pick<RunDetail, "tasks">): Plan {
  return makePlan(
    detail.tasks.map(({ task_id, dependencies }) => ({ task_id, dependencies, retries: null })),
  );
}

export function snapshotOf(detail: RunDetail, plan: Plan): RunSnapshot {
  const blank = newRun(detail.run_id, plan);
  return {
    ...blank,
    dag_id: detail.dag_id,
    version: detail.dag_version,
    status: detail.status,
    created_at: toMs(detail.created_at, "created_at"),
    started_at: toMs(detail.started_at, "started_at"),
    finished_at: toMs(detail.finished_at, "finished_at"),
    late_at: toMs(detail.late_at, "late_at"),
    seq: detail.seq,
    counts: { ...blank.counts, waiting: 0, ...detail.task_counts },
    tasks: detail.tasks.map(taskState),
  };
}

function taskState(view: TaskView): TaskState {
  return {
    status: view.status,
    attempt: view.attempt,
    failures: view.failures,
    losses: view.losses,
    queue: view.queue ?? "",
    worker: view.worker ?? "",
    ready_at: toMs(view.ready_at, "ready_at"),
    started_at: toMs(view.started_at, "started_at"),
    finished_at: toMs(view.finished_at, "finished_at"),
    due: toMs(view.retry_at, "retry_at"),
    reason: view.reason ?? "",
    exit_code: view.exit_code,
    error: view.error,
    output: view.output,
    upstream: view.upstream ?? "",
    seq: view.seq,
    ready_seq: 0,
  };
}

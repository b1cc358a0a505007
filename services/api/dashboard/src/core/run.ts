/**
 * The state of one run, and the only code that changes it.
 *
 * `evolve` is a fold step with the meaning of the scheduler's own (`penstock.core.run`): the same events in
 * the same order give the same state. Golden runs recorded from the scheduler hold the two together.
 */

import type {
  RunEvent,
  RunFinished,
  RunLate,
  RunRequested,
  TaskEvent,
  TaskFailed,
  TaskLost,
  TaskReady,
  TaskReturned,
  TaskStarted,
  TaskSucceeded,
} from "./events";
import type { RunState, TaskState } from "./state";
import { RUN_ENDED, RUN_LIFECYCLE, type RunStatus, type Step, TASK_ENDED, TASK_LIFECYCLE } from "./status";

export type { RunSnapshot, RunState, TaskState } from "./state";

/** An event that its subject's lifecycle does not allow. The state is as it was. */
export class IllegalStepError extends Error {
  override readonly name = "IllegalStepError";
}

type Draft = { -readonly [Field in keyof TaskState]: TaskState[Field] };

/**
 * Apply the next event to the run, in place.
 *
 * @throws IllegalStepError the lifecycle does not allow it; the run is unchanged.
 */
export function evolve(run: RunState, event: RunEvent): void {
  if (event.type === "FactRejected" || event.type === "Unreadable") return;
  if (run.seq === 0 && event.type !== "RunRequested")
    throw new IllegalStepError(`There is no run ${event.run_id}.`);
  apply(run, event);
  run.seq = event.seq;
}

function apply(run: RunState, event: Exclude<RunEvent, { type: "FactRejected" | "Unreadable" }>): void {
  switch (event.type) {
    case "RunRequested":
      runRequested(run, event);
      break;
    case "RunStarted":
      runTo(run, "running", event.seq);
      run.started_at = notBeforeRun(run, event.at);
      break;
    case "RunCancelled":
      runTo(run, "cancelling", event.seq);
      break;
    case "RunLate":
      runLate(run, event);
      break;
    case "RunFinished":
      runFinished(run, event);
      break;
    default:
      taskMoved(run, event);
  }
}

function taskMoved(run: RunState, event: TaskEvent): void {
  switch (event.type) {
    case "TaskReady":
      taskReady(run, event);
      break;
    case "TaskStarted":
      taskStarted(run, event);
      break;
    case "TaskSucceeded":
      taskSucceeded(run, event);
      break;
    case "TaskFailed":
      taskFailed(run, event);
      break;
    case "TaskLost":
      taskLost(run, event);
      break;
    case "TaskReturned":
      retryOrFail(run, event, "returned");
      break;
    case "TaskCancelled":
      step(run, event, "cancel").due = 0;
      break;
    case "TaskUpstreamFailed":
      step(run, event, "block").upstream = event.upstream;
      break;
  }
}

function runRequested(run: RunState, event: RunRequested): void {
  if (run.seq !== 0) throw new IllegalStepError(`Run ${event.run_id} exists already.`);
  run.run_id = event.run_id;
  run.dag_id = event.dag_id;
  run.version = event.version;
  run.created_at = event.at;
  run.status_seq = event.seq;
}

function runLate(run: RunState, event: RunLate): void {
  if (RUN_ENDED.has(run.status) || run.late_at !== 0)
    throw new IllegalStepError(`Run ${run.run_id} has ended or is late already: it cannot become late.`);
  run.late_at = notBeforeRun(run, event.at);
}

function runFinished(run: RunState, event: RunFinished): void {
  runTo(run, event.status, event.seq);
  const last = run.tasks.reduce((latest, task) => Math.max(latest, task.finished_at), 0);
  run.finished_at = Math.max(notBeforeRun(run, event.at), last);
}

function runTo(run: RunState, status: RunStatus, seq: number): void {
  if (!RUN_LIFECYCLE[run.status].includes(status)) {
    throw new IllegalStepError(`Run ${run.run_id} cannot go from ${run.status} to ${status}.`);
  }
  run.status = status;
  run.status_seq = seq;
}

function taskReady(run: RunState, event: TaskReady): void {
  const task = step(run, event, "ready");
  task.attempt = event.attempt;
  task.queue = event.queue;
  task.ready_at = notBeforeRun(run, event.at);
  task.ready_seq = event.seq;
  task.started_at = task.finished_at = task.due = 0;
  task.worker = task.reason = "";
  task.exit_code = task.error = null;
}

function taskStarted(run: RunState, event: TaskStarted): void {
  const task = step(run, event, "start");
  task.worker = event.worker;
  task.started_at = Math.max(event.at, task.ready_at);
}

function taskSucceeded(run: RunState, event: TaskSucceeded): void {
  const task = step(run, event, "succeed");
  task.exit_code = event.exit_code;
  task.output = event.output;
}

function taskFailed(run: RunState, event: TaskFailed): void {
  const task = retryOrFail(run, event, "retry");
  task.failures += 1;
  task.exit_code = event.exit_code;
  task.error = event.error;
}

function taskLost(run: RunState, event: TaskLost): void {
  const task = retryOrFail(run, event, "lost");
  task.losses += 1;
  task.error = {
    kind: "lost",
    message: `Worker ${event.worker} fell silent while it ran the task.`,
    traceback: "",
  };
}

function retryOrFail(run: RunState, event: TaskFailed | TaskLost | TaskReturned, reason: string): Draft {
  const task = step(run, event, event.retry_at ? "retry" : "fail");
  task.finished_at = notBeforeTask(run, task, event.at);
  if (event.retry_at) {
    task.due = event.retry_at;
    task.reason = reason;
  }
  return task;
}

/**
 * Move the event's task one step along its lifecycle; return what it is now, for the rest of this event to
 * fill in.
 */
function step(run: RunState, event: TaskEvent, what: Step): Draft {
  const number = run.plan.number.get(event.task_id);
  const before = number === undefined ? undefined : run.tasks[number];
  if (number === undefined || before === undefined) {
    throw new IllegalStepError(`Run ${run.run_id} has no task ${event.task_id}.`);
  }
  const status = TASK_LIFECYCLE[before.status][what];
  if (status === undefined) {
    throw new IllegalStepError(
      `Task ${event.task_id} of run ${run.run_id} is ${before.status}: it cannot ${what}.`,
    );
  }
  const task: Draft = { ...before, status, seq: event.seq };
  if (TASK_ENDED.has(status)) task.finished_at = notBeforeTask(run, before, event.at);
  run.tasks[number] = task;
  run.counts[before.status] -= 1;
  run.counts[status] += 1;
  return task;
}

/** Return `at`, or when the run began if that is later: a clock that was set back makes no time negative. */
function notBeforeRun(run: RunState, at: number): number {
  return Math.max(at, run.created_at, run.started_at);
}

function notBeforeTask(run: RunState, task: TaskState, at: number): number {
  return Math.max(notBeforeRun(run, at), task.ready_at, task.started_at);
}

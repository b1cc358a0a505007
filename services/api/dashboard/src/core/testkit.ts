/// <reference types="vite/client" />
/** What the tests of the core share: the runs recorded from the scheduler, and the states it gave them. */

import { History } from "./history";
import { makePlan, type TaskOutline } from "./plan";
import { type RunState, type TaskState, UNTOUCHED } from "./state";

/** An event as the API tells it, and what it changed in the run and in its tasks. */
export interface GoldenStep {
  readonly event: Readonly<Record<string, unknown>> & { readonly seq: number; readonly type: string };
  readonly run: Readonly<Partial<RunState>>;
  readonly tasks: Readonly<Record<string, Partial<TaskState>>>;
}

export interface GoldenRun {
  readonly run_id: string;
  readonly tasks: readonly TaskOutline[];
  readonly steps: readonly GoldenStep[];
}

const FILES = import.meta.glob<GoldenRun>("../../../../../tests/golden/runs/*.json", {
  eager: true,
  import: "default",
});

/** Every golden run by its name. */
export const GOLDEN_RUNS: ReadonlyMap<string, GoldenRun> = new Map(
  Object.entries(FILES).map(([path, run]) => [path.slice(path.lastIndexOf("/") + 1, -".json".length), run]),
);

export function goldenRun(name: string): GoldenRun {
  const run = GOLDEN_RUNS.get(name);
  if (run === undefined) throw new Error(`There is no golden run ${name}.`);
  return run;
}

/** A run as it is compared: without the plan, and only the counts that are not 0. */
export type Comparable = Omit<RunState, "counts" | "plan" | "tasks"> & {
  readonly counts: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, TaskState>>;
};

export function comparable(run: RunState): Comparable {
  const { plan, counts, tasks, ...rest } = run;
  return {
    ...rest,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    tasks: Object.fromEntries(plan.tasks.map(({ task_id }, number) => [task_id, tasks[number] ?? UNTOUCHED])),
  };
}

/** The states that the scheduler gave a golden run: before its first event, and after each. */
export function* goldenStates(golden: GoldenRun): Generator<Comparable> {
  let state: Comparable = {
    run_id: golden.run_id,
    dag_id: "",
    version: "",
    status: "requested",
    created_at: 0,
    started_at: 0,
    finished_at: 0,
    late_at: 0,
    seq: 0,
    status_seq: 0,
    counts: { waiting: golden.tasks.length },
    tasks: Object.fromEntries(golden.tasks.map(({ task_id }) => [task_id, UNTOUCHED])),
  };
  yield state;
  for (const step of golden.steps) {
    const changed = Object.entries(step.tasks).map(([task_id, task]) => [task_id, goldenTask(task)] as const);
    state = { ...state, ...step.run, tasks: { ...state.tasks, ...Object.fromEntries(changed) } };
    yield state;
  }
}

function goldenTask(told: Partial<TaskState>): TaskState {
  const task = { ...UNTOUCHED, ...told };
  return task.error === null
    ? task
    : { ...task, error: { ...task.error, traceback: task.error.traceback ?? "" } };
}

/** Return the history of the first `count` events of a golden run. */
export function goldenHistory(name: string, count?: number): History {
  const golden = goldenRun(name);
  const history = new History(golden.run_id, makePlan(golden.tasks));
  history.append(golden.steps.slice(0, count).map(({ event }) => event));
  return history;
}

/** A run as the API tells it: rows of three tasks, each after the one before, a second between events. */
export function longRun(tasks: number): { readonly outline: TaskOutline[]; readonly events: unknown[] } {
  const outline = Array.from({ length: tasks }, (_, number) => ({
    task_id: `t${number}`,
    dependencies: number % 3 === 0 ? [] : [`t${number - 1}`],
    retries: 0,
  }));
  const moves = outline.flatMap(({ task_id }) => [
    { type: "TaskReady", task_id, attempt: 1, queue: "default", reason: "start" },
    { type: "TaskStarted", task_id, attempt: 1, worker: `worker-${task_id.length}` },
    { type: "TaskSucceeded", task_id, attempt: 1, worker: `worker-${task_id.length}`, exit_code: 0 },
  ]);
  const run = [{ type: "RunRequested", dag_id: "long", version: "1" }, { type: "RunStarted" }, ...moves];
  const all = [...run, { type: "RunFinished", status: "succeeded" }];
  return { outline, events: all.map((event, place) => ({ ...event, ...told(place) })) };
}

function told(place: number): Readonly<Record<string, unknown>> {
  const at = new Date(Date.UTC(2026, 0, 1) + place * 1000).toISOString();
  return { seq: 2 * place + 5, at, cause: `log:${place}`, run_id: "long-0" };
}

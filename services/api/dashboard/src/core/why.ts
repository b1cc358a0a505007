/** Why a task of a run stands where it stands, at any moment of its history: told from the events alone. */

import { type Durations, durationsAt } from "./durations";
import type { EventLink, History } from "./history";
import type { Attempt, Lane } from "./lanes";
import type { AttemptEnded, GaveUp, Reason, Released } from "./reasons";
import { type RunSnapshot, type TaskState, UNTOUCHED } from "./state";
import type { TaskStatus } from "./status";

/**
 * The task is in `status` since `at`, by event `seq`. The reasons come in the order in which to tell them.
 */
export interface Explanation extends EventLink {
  readonly task_id: string;
  readonly status: TaskStatus;
  readonly reasons: readonly Reason[];
  readonly durations: Durations;
}

/** What is looked at: a task, at a moment. */
interface Subject {
  readonly history: History;
  readonly n: number;
  readonly run: RunSnapshot;
  readonly taskId: string;
  readonly task: TaskState;
  readonly lane: Lane;
  readonly retries: Retries | undefined;
}

/** How often a failure of a task is followed by another attempt, by its id. */
export type Retries = ReadonlyMap<string, number>;

/**
 * Return why a task stands where it stands at moment `n`; what has not ended has lasted until `now` (ms).
 * `retries` is for histories whose plan was made before the definition was read.
 *
 * @throws RangeError the run has no such task, or no such moment.
 */
export function explain(
  history: History,
  taskId: string,
  n = history.length,
  now = history.timeAt(n),
  retries?: Retries,
): Explanation {
  const subject = subjectAt({ history, n, retries }, taskId);
  const { status } = subject.task;
  const durations = durationsAt(history, taskId, n, now);
  return { task_id: taskId, status, ...entered(subject), reasons: REASONS[status](subject), durations };
}

/** Look at a task of the same run at the same moment. */
function subjectAt(
  { history, n, retries }: Pick<Subject, "history" | "n" | "retries">,
  taskId: string,
): Subject {
  const run = history.stateAt(n);
  const task = run.tasks[history.numberOf(taskId)] ?? UNTOUCHED;
  return { history, n, retries, run, taskId, task, lane: history.laneAt(taskId, n) };
}

const REASONS: Readonly<Record<TaskStatus, (subject: Subject) => readonly Reason[]>> = {
  waiting: whyWaiting,
  ready: whyReady,
  running: (subject) => [...running(subject), ...released(subject), ...attemptsEnded(subject)],
  retrying: whyRetrying,
  succeeded: (subject) => [...attemptsEnded(subject), ...released(subject)],
  failed: whyFailed,
  skipped: whyBlocked,
  upstream_failed: whyBlocked,
  cancelled: whyCancelled,
};

function whyWaiting(subject: Subject): readonly Reason[] {
  const { history, n, run, taskId } = subject;
  const cancelled = runCancelled(subject);
  const dependencies = dependenciesOf(subject).map((id) => subjectAt(subject, id));
  const open = dependencies
    .filter(({ task }) => task.status !== "succeeded")
    .map((one) => openDependency(one));
  if (open.length > 0 || cancelled.length > 0) return [...cancelled, ...open];
  if (run.status === "requested") return [{ kind: "run_not_started", task_id: taskId, ...entered(subject) }];
  const last = dependencies.reduce<Subject | null>(
    (latest, one) => (latest === null || one.task.seq > latest.task.seq ? one : latest),
    null,
  );
  const since = last === null ? history.markAt("RunStarted", n) : entered(last);
  const released = { task_id: taskId, waited_for: last?.taskId ?? "", ...(since ?? entered(subject)) };
  return [{ kind: "awaits_release", ...released }];
}

function openDependency(dependency: Subject): Reason {
  const { taskId, task } = dependency;
  return { kind: "open_dependency", task_id: taskId, status: task.status, ...entered(dependency) };
}

function whyReady(subject: Subject): readonly Reason[] {
  const { taskId, task } = subject;
  const { queue, attempt } = task;
  return [{ kind: "queued", task_id: taskId, queue, attempt, ...entered(subject) }, ...released(subject)];
}

function whyRetrying(subject: Subject): readonly Reason[] {
  const { taskId, task } = subject;
  const { due, failures, losses } = task;
  const retries = retriesOf(subject);
  const left = retries === null ? null : retries + 1 - failures;
  const retry = { task_id: taskId, due, failures, losses, attempts_left: left, ...entered(subject) };
  return [...attemptsEnded(subject).slice(-1), { kind: "retry_due", ...retry }];
}

/** Follow the dependencies that did not succeed up to the first, and tell why that one did not. */
function whyBlocked(subject: Subject): readonly Reason[] {
  const chain: Subject[] = [];
  let blocked = subject;
  while (blocked.task.upstream !== "" && blocked.run.plan.number.has(blocked.task.upstream)) {
    blocked = subjectAt(subject, blocked.task.upstream);
    chain.push(blocked);
  }
  const root = chain.at(-1);
  const links = chain.map((one): Reason => {
    const { taskId, task } = one;
    return { kind: "upstream", task_id: taskId, status: task.status, root: one === root, ...entered(one) };
  });
  return root === undefined ? [] : [...links, ...REASONS[root.task.status](root)];
}

function whyCancelled(subject: Subject): readonly Reason[] {
  const { taskId, lane } = subject;
  const last = lane.attempts.at(-1);
  const before = lane.wait?.kind === "first" ? "waiting" : beforeCancelled(last);
  const worker = before === "running" ? (last?.worker ?? "") : "";
  const cancelled: Reason = { kind: "task_cancelled", task_id: taskId, before, worker, ...entered(subject) };
  return [...runCancelled(subject), cancelled];
}

function beforeCancelled(last: Attempt | undefined): TaskStatus {
  if (last === undefined || last.end !== "cancelled") return "retrying";
  return last.started_at === 0 ? "ready" : "running";
}

function running(subject: Subject): readonly Reason[] {
  const { taskId, task } = subject;
  return [
    { kind: "running", task_id: taskId, worker: task.worker, attempt: task.attempt, ...entered(subject) },
  ];
}

/** Tell what put the present attempt on its queue: the event that the decision names as its cause. */
function released(subject: Subject): readonly Released[] {
  const last = subject.lane.attempts.at(-1);
  if (last === undefined) return [];
  const { reason, waited_for, ready_at, ready_seq } = last;
  const cause = causeOf(subject.history, ready_seq) ?? { seq: ready_seq, at: ready_at };
  return [{ kind: "released", task_id: subject.taskId, reason, waited_for, ...cause }];
}

/** Return the event of the run that an event names as its cause, if it names one. */
function causeOf(history: History, seq: number): EventLink | undefined {
  const [origin, place] = history.eventOf(seq)?.cause.split(":") ?? [];
  const cause = origin === "log" ? history.eventOf(Number(place)) : undefined;
  return cause && { seq: cause.seq, at: cause.at };
}

function attemptsEnded({ taskId, lane }: Subject): readonly AttemptEnded[] {
  return lane.attempts.flatMap(({ attempt, end, worker, exit_code, error, ended_seq, ended_at }) =>
    end === null
      ? []
      : [
          {
            kind: "attempt_ended",
            task_id: taskId,
            attempt,
            end,
            worker,
            exit_code,
            error,
            seq: ended_seq,
            at: ended_at,
          },
        ],
  );
}

/** A task that failed after its run was cancelled failed for good because of that, retries or not. */
function whyFailed(subject: Subject): readonly Reason[] {
  const { taskId, task, lane } = subject;
  const cancelled = runCancelled(subject).filter(({ seq }) => seq < task.seq);
  const lost = lane.attempts.at(-1)?.end === "lost" ? "lost_too_often" : "retries_spent";
  const gaveUp: GaveUp = {
    kind: "gave_up",
    task_id: taskId,
    because: cancelled.length > 0 ? "run_cancelled" : lost,
    attempts: task.attempt,
    failures: task.failures,
    losses: task.losses,
    retries: retriesOf(subject),
    ...entered(subject),
  };
  return [...attemptsEnded(subject), gaveUp, ...cancelled];
}

function runCancelled({ history, n, taskId }: Subject): readonly Reason[] {
  const mark = history.markAt("RunCancelled", n);
  return mark === undefined ? [] : [{ kind: "run_cancelled", task_id: taskId, ...mark }];
}

/** Return since when, and by which event, the task is in its status. */
function entered({ history, n, run, task }: Subject): EventLink {
  const requested = history.markAt("RunRequested", n)?.seq ?? 0;
  if (task.seq === 0) return { seq: requested, at: run.created_at };
  return { seq: task.seq, at: task.finished_at || task.started_at || task.ready_at };
}

function dependenciesOf({ history, taskId }: Subject): readonly string[] {
  return history.plan.tasks[history.numberOf(taskId)]?.dependencies ?? [];
}

function retriesOf({ history, taskId, retries }: Subject): number | null {
  return retries?.get(taskId) ?? history.plan.tasks[history.numberOf(taskId)]?.retries ?? null;
}

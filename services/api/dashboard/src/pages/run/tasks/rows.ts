/** The list of tasks: which rows, in which order, with which figures. */

import { durationsAt } from "@/core/durations";
import type { History } from "@/core/history";
import type { RunSnapshot, TaskState } from "@/core/state";
import { TASK_ENDED, type TaskStatus } from "@/core/status";
import { causeOfFailure, type NameOf } from "../words/names";

export interface TaskRow {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  readonly task: TaskState;
}

const SORTS = ["status", "task", "attempt", "waited", "queued", "ran", "worker", "started", "error"] as const;
export type SortKey = (typeof SORTS)[number];

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Read `ran` or `-ran`; undefined, the order of the definition, for anything else. */
export function readSorting(text: string | undefined): Sorting | undefined {
  const descending = text?.startsWith("-") ?? false;
  const key = SORTS.find((one) => one === (descending ? text?.slice(1) : text));
  return key && { key, descending };
}

/** What a click on a column's head leads to: ascending, descending, then the order of the definition again. */
export function nextSorting(key: SortKey, now: Sorting | undefined): string | undefined {
  if (now?.key !== key) return key;
  return now.descending ? undefined : `-${key}`;
}

export function taskRows(run: RunSnapshot, nameOf: NameOf): readonly TaskRow[] {
  return run.tasks.flatMap((task, number) => {
    const id = run.plan.tasks[number]?.task_id;
    return id === undefined ? [] : [{ id, name: nameOf(id), number, task }];
  });
}

export function filterRows(
  rows: readonly TaskRow[],
  statuses: readonly string[],
  text: string,
): readonly TaskRow[] {
  if (statuses.length === 0 && text === "") return rows;
  const part = text.toLowerCase();
  return rows.filter(
    ({ id, name, task }) =>
      (statuses.length === 0 || statuses.includes(task.status)) &&
      (part === "" || id.toLowerCase().includes(part) || name.toLowerCase().includes(part)),
  );
}

/** How long a task waited, lay on its queue and ran, over all attempts (ms); null for not yet. */
export interface Spent {
  readonly waited: number | null;
  readonly queued: number | null;
  readonly ran: number | null;
}

export type SpentOf = (row: TaskRow) => Spent;

/** Tell the times of rows at a moment. Those of tasks that have ended are worked out once and kept in `kept`. */
export function spentAt(history: History, n: number, now: number, kept: WeakMap<TaskState, Spent>): SpentOf {
  return ({ id, task }) => {
    const known = kept.get(task);
    if (known) return known;
    const { dependencies_ms, release_ms, queued_ms, ran_ms } = durationsAt(history, id, n, now);
    const spent = {
      waited: dependencies_ms + release_ms,
      queued: task.attempt ? queued_ms : null,
      ran: task.attempt && (ran_ms || task.started_at) ? ran_ms : null,
    };
    if (TASK_ENDED.has(task.status)) kept.set(task, spent);
    return spent;
  };
}

/** The same from the tasks alone, until the history is here: known for a first attempt only. */
export function spentSoFar(run: RunSnapshot, now: number): SpentOf {
  return ({ task: { attempt, ready_at, started_at, finished_at } }) => {
    if (attempt > 1) return { waited: null, queued: null, ran: null };
    return {
      waited: Math.max(0, (ready_at || finished_at || now) - run.created_at),
      queued: ready_at ? Math.max(0, (started_at || finished_at || now) - ready_at) : null,
      ran: started_at ? Math.max(0, (finished_at || now) - started_at) : null,
    };
  };
}

/** What needs somebody's eye comes first. */
const URGENCY: readonly TaskStatus[] = [
  "failed",
  "retrying",
  "running",
  "ready",
  "upstream_failed",
  "cancelled",
  "skipped",
  "waiting",
  "succeeded",
];

/** Sort by a column; what a row has nothing to show for stands last either way. */
export function sortRows(
  rows: readonly TaskRow[],
  sorting: Sorting | undefined,
  spentOf: SpentOf,
): readonly TaskRow[] {
  if (sorting === undefined) return rows;
  const direction = sorting.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: VALUES[sorting.key](row, spentOf) }));
  keyed.sort((one, other) => {
    if (one.value === null || other.value === null)
      return Number(one.value === null) - Number(other.value === null);
    return direction * compare(one.value, other.value);
  });
  return keyed.map(({ row }) => row);
}

type Value = number | string | null;

const VALUES: Readonly<Record<SortKey, (row: TaskRow, spentOf: SpentOf) => Value>> = {
  status: ({ task }) => URGENCY.indexOf(task.status),
  task: ({ name }) => name,
  attempt: ({ task }) => task.attempt,
  waited: (row, spentOf) => spentOf(row).waited,
  queued: (row, spentOf) => spentOf(row).queued,
  ran: (row, spentOf) => spentOf(row).ran,
  worker: ({ task }) => task.worker || null,
  started: ({ task }) => task.started_at || null,
  error: ({ task }) => causeOfFailure(task.error, task.exit_code) || null,
};

const TEXT = new Intl.Collator("en", { numeric: true });

function compare(one: number | string, other: number | string): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return TEXT.compare(String(one), String(other));
}

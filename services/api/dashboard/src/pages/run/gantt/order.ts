/** In which order the tasks of a run stand below one another. Tasks are numbers: their places in the definition. */

import type { GANTT_ORDERS } from "@/app/search";
import type { History } from "@/core/history";
import type { RunSnapshot, TaskState } from "@/core/state";
import type { TaskStatus } from "@/core/status";

export type Order = (typeof GANTT_ORDERS)[number];

/** What needs a look comes first. */
const BY_STATUS: readonly TaskStatus[] = [
  "failed",
  "upstream_failed",
  "retrying",
  "running",
  "ready",
  "waiting",
  "cancelled",
  "skipped",
  "succeeded",
];

/**
 * The tasks in the order in which something first happened to them, then the others as they are defined. The whole
 * history counts, whatever moment is shown, so that no row moves while somebody goes through it.
 */
export class ActivityOrder {
  readonly #history: History;
  readonly #seen = new Set<number>();
  #order: readonly number[];
  #looked = 0;

  constructor(history: History) {
    this.#history = history;
    this.#order = history.plan.tasks.map((_, number) => number);
  }

  now(): readonly number[] {
    const { events, length, plan } = this.#history;
    const before = this.#seen.size;
    for (; this.#looked < length; this.#looked += 1) {
      const event = events[this.#looked];
      if (event === undefined || !("task_id" in event) || event.type === "FactRejected") continue;
      const number = plan.number.get(event.task_id);
      if (number !== undefined) this.#seen.add(number);
    }
    if (this.#seen.size === before) return this.#order;
    const rest = plan.tasks.map((_, number) => number).filter((number) => !this.#seen.has(number));
    this.#order = [...this.#seen, ...rest];
    return this.#order;
  }
}

/** Return tasks that stand in order of activity in another order; ties stay as they stood. */
export function ordered(
  active: readonly number[],
  by: Order,
  state: RunSnapshot,
  now: number,
): readonly number[] {
  switch (by) {
    case "activity":
      return active;
    case "definition":
      return active.toSorted((one, other) => one - other);
    case "status":
      return sortedBy(active, (number) => BY_STATUS.indexOf(state.tasks[number]?.status ?? "waiting"));
    case "longest":
      return sortedBy(active, (number) => -ranFor(state.tasks[number], now));
  }
}

/** How long the present attempt has been with a worker, or the last one was. */
function ranFor(task: TaskState | undefined, now: number): number {
  if (task === undefined || task.started_at === 0) return -1;
  return (task.finished_at || now) - task.started_at;
}

function sortedBy(numbers: readonly number[], key: (number: number) => number): readonly number[] {
  const keyed = numbers.map((number) => ({ number, key: key(number) }));
  return keyed.sort((one, other) => one.key - other.key).map(({ number }) => number);
}

/** Return the tasks with some of them, in the order given, before all others. */
export function first(some: readonly number[], all: readonly number[]): readonly number[] {
  if (some.length === 0) return all;
  const ahead = new Set(some);
  return [...some, ...all.filter((number) => !ahead.has(number))];
}

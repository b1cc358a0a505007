/** Which events of a history are listed. */

import type { RunEvent } from "@/core/events";
import type { History } from "@/core/history";
import { tell } from "@/core/words";
import type { NameOf } from "../words/names";

export interface EventFilter {
  /** Only events of these types; all where there are none. */
  readonly types: readonly string[];
  /** Only events that say this, in words (tasks by name or id) or in their error, or whose type or seq this is. */
  readonly text: string;
  /** Only events about this task. */
  readonly task: string | undefined;
}

export const EVERYTHING: EventFilter = { types: [], text: "", task: undefined };

/** Return whether a filter leaves anything out. */
export function isNarrowed({ types, text, task }: EventFilter): boolean {
  return types.length > 0 || text !== "" || task !== undefined;
}

/** Return whether an event passes; `text` is what is sought, in lower case. The task is not looked at. */
export function passes(event: RunEvent, types: ReadonlySet<string>, text: string, nameOf: NameOf): boolean {
  if (types.size > 0 && !types.has(event.type)) return false;
  return text === "" || says(event, text, nameOf);
}

function says(event: RunEvent, text: string, nameOf: NameOf): boolean {
  const parts = tell(event);
  const line = parts.map((part) => (typeof part === "string" ? part : nameOf(part.task))).join("");
  if (line.toLowerCase().includes(text)) return true;
  if (parts.some((part) => typeof part !== "string" && part.task.toLowerCase().includes(text))) return true;
  if (event.type.toLowerCase().includes(text) || String(event.seq) === text) return true;
  return event.type === "TaskFailed" && errorText(event.error).includes(text);
}

function errorText({ kind, message, traceback }: Extract<RunEvent, { type: "TaskFailed" }>["error"]): string {
  return `${kind}\n${message}\n${traceback}`.toLowerCase();
}

/**
 * The events of a history that pass a filter, by position and in order. They are found bit by bit (`advance`), so
 * that a long history holds nobody up, and a growing one is read once.
 */
export class EventRows {
  readonly #history: History;
  readonly #nameOf: NameOf;
  readonly #task: string | undefined;
  readonly #types: ReadonlySet<string>;
  readonly #text: string;
  /** Null where everything passes: then a row's number is its event's position. */
  readonly #found: number[] | null;
  #looked = 0;

  constructor(history: History, { types, text, task }: EventFilter, nameOf: NameOf) {
    this.#history = history;
    this.#nameOf = nameOf;
    this.#task = task;
    this.#types = new Set(types);
    this.#text = text.trim().toLowerCase();
    this.#found = isNarrowed({ types, text: this.#text, task }) ? [] : null;
  }

  get length(): number {
    return this.#found?.length ?? this.#history.length;
  }

  /** Look at up to `limit` more events; return whether all there are now have been looked at. */
  advance(limit: number): boolean {
    const found = this.#found;
    if (found === null) return true;
    const { events } = this.#history;
    const about = this.#about();
    const total = about?.length ?? events.length;
    const end = Math.min(total, this.#looked + limit);
    for (; this.#looked < end; this.#looked += 1) {
      const position = about === null ? this.#looked : (about[this.#looked] ?? 0);
      const event = events[position];
      if (event !== undefined && passes(event, this.#types, this.#text, this.#nameOf)) found.push(position);
    }
    return end === total;
  }

  /** Return the positions of the events about the task, none where the run has no such task; null for no task. */
  #about(): readonly number[] | null {
    const history = this.#history;
    if (this.#task === undefined) return null;
    return history.plan.number.has(this.#task) ? history.positionsAt(this.#task, history.length) : [];
  }

  /** Return the position of the event in a row, -1 where there is no such row. */
  positionAt(row: number): number {
    if (row < 0 || row >= this.length) return -1;
    return this.#found === null ? row : (this.#found[row] ?? -1);
  }

  /** Return the last row that is in the past of moment `n`, -1 for none. */
  rowAt(n: number): number {
    const found = this.#found;
    if (found === null) return n - 1;
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((found[middle] ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** How many events of each type a history has. Counted once, however often it is asked. */
export class TypeCounts {
  readonly #history: History;
  readonly #counts = new Map<string, number>();
  #counted = 0;

  constructor(history: History) {
    this.#history = history;
  }

  /** Return the counts by type, in the order in which the types came. */
  now(): ReadonlyMap<string, number> {
    const { events } = this.#history;
    for (; this.#counted < events.length; this.#counted += 1) {
      const type = events[this.#counted]?.type ?? "";
      this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    }
    return this.#counts;
  }
}

/** Return the filter with a type switched on or off. */
export function toggleType(filter: EventFilter, type: string): EventFilter {
  const { types } = filter;
  return { ...filter, types: types.includes(type) ? types.filter((one) => one !== type) : [...types, type] };
}

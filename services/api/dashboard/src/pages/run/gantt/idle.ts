/** The times in which no attempt of a run was under way: nothing on a queue, nothing with a worker. */

import type { RunEvent } from "@/core/events";
import type { History } from "@/core/history";
import type { Range } from "./scale";

/** The idle times of a history that may grow; each event is looked at once. */
export class IdleTimes {
  readonly #history: History;
  readonly #active = new Set<string>();
  readonly #gaps: Range[] = [];
  #since: number | null = null;
  #looked = 0;

  constructor(history: History) {
    this.#history = history;
  }

  /** Return the idle times so far that are over, in order. */
  now(): readonly Range[] {
    const { events, length } = this.#history;
    for (; this.#looked < length; this.#looked += 1) {
      const event = events[this.#looked];
      if (event !== undefined) this.#look(event, this.#history.timeAt(this.#looked + 1));
    }
    return this.#gaps;
  }

  #look(event: RunEvent, at: number): void {
    if (event.type === "TaskReady") this.#active.add(event.task_id);
    else if (ENDS.has(event.type) && "task_id" in event) this.#active.delete(event.task_id);
    const idle = this.#active.size === 0;
    if (idle) this.#since ??= at;
    else if (this.#since !== null) {
      if (at > this.#since) this.#gaps.push({ from: this.#since, to: at });
      this.#since = null;
    }
  }
}

const ENDS: ReadonlySet<RunEvent["type"]> = new Set([
  "TaskSucceeded",
  "TaskFailed",
  "TaskLost",
  "TaskReturned",
  "TaskCancelled",
]);

/**
 * The time machine of a run: all its events, and quickly the state after any number of them.
 *
 * Moments are counted, not dated: moment `n` is after the first `n` events, 0 before the first, `length` now.
 * It is made for up to 100,000 events; every 1,000 a copy of the state is kept, from which others are folded.
 */

import { type Keep, type RunEvent, readEvent, type TaskEvent } from "./events";
import { type Lane, Lanes } from "./lanes";
import type { Plan } from "./plan";
import { evolve, IllegalStepError } from "./run";
import { copyRun, newRun, type RunSnapshot, type RunState } from "./state";
import type { RunStatus } from "./status";

export const CHECKPOINT_EVERY = 1000;

/** An event that the fold refused: the history goes on without it, but what it shows may not be what was. */
export interface Fault {
  readonly position: number;
  readonly seq: number;
  readonly message: string;
}

/** An event to go to: its seq, and when it was. */
export interface EventLink {
  readonly seq: number;
  readonly at: number;
}

interface Moment {
  readonly position: number;
  readonly state: RunSnapshot;
}

type Mark = Extract<RunEvent["type"], `Run${string}`>;

export class History {
  readonly plan: Plan;
  readonly #events: RunEvent[] = [];
  readonly #times: number[] = [];
  readonly #checkpoints: RunSnapshot[];
  readonly #head: RunState;
  readonly #lanes: Lanes;
  readonly #positions: readonly number[][];
  readonly #marks = new Map<Mark, EventLink>();
  readonly #faults: Fault[] = [];
  readonly #refused = new Set<number>();
  readonly #strings = new Map<string, string>();
  #cursor: Moment;

  constructor(runId: string, plan: Plan) {
    this.plan = plan;
    this.#lanes = new Lanes(plan.tasks.length);
    this.#positions = plan.tasks.map(() => []);
    this.#head = newRun(runId, plan);
    const beginning = copyRun(this.#head);
    this.#checkpoints = [beginning];
    this.#cursor = { position: 0, state: beginning };
  }

  get length(): number {
    return this.#events.length;
  }

  get events(): readonly RunEvent[] {
    return this.#events;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** How the run stands after all events that are here. */
  get statusNow(): RunStatus {
    return this.#head.status;
  }

  /** The seq of the last event, 0 where there is none: what comes next is above it. */
  get lastSeq(): number {
    return this.seqAt(this.length);
  }

  /**
   * Take the next events as the API tells them, in the order of the log. Those that are here already are
   * passed over, so a page and the live feed may overlap.
   *
   * @returns how many were new
   * @throws MalformedEventError one of them is no event; none was taken.
   */
  append(raw: readonly unknown[]): number {
    const before = this.length;
    for (const event of raw.map((one) => readEvent(one, this.#keep))) {
      if (event.seq > this.lastSeq) this.#take(event);
    }
    return this.length - before;
  }

  /**
   * Return the state at moment `n`. It is never changed; asking again for the same moment gives the same
   * object.
   */
  stateAt(n: number): RunSnapshot {
    this.#check(n);
    const { position, state } = this.#cursor;
    if (position === n) return state;
    const moment = n === this.length ? copyRun(this.#head) : this.#foldedTo(n);
    this.#cursor = { position: n, state: moment };
    return moment;
  }

  /**
   * Return when moment `n` was (ms): the time of its last event, or of an earlier one if the clock was set
   * back.
   */
  timeAt(n: number): number {
    this.#check(n);
    return this.#times[Math.max(n, 1) - 1] ?? 0;
  }

  /** Return the last moment at a time (ms): how many events there had been by then. */
  momentAtTime(ms: number): number {
    return countUpTo(this.#times, ms, (time) => time);
  }

  /**
   * Return the moment right after event `seq`, or after the last before it where the run has no such event.
   */
  momentOf(seq: number): number {
    return countUpTo(this.#events, seq, (event) => event.seq);
  }

  /** Return the seq of the last event before moment `n`, 0 for none. */
  seqAt(n: number): number {
    this.#check(n);
    return this.#events[n - 1]?.seq ?? 0;
  }

  /** Return the event with this seq, if it is one of the run's. */
  eventOf(seq: number): RunEvent | undefined {
    const event = this.#events[this.momentOf(seq) - 1];
    return event?.seq === seq ? event : undefined;
  }

  /** Return the run's own event of a type, if it had happened by moment `n`; each happens at most once. */
  markAt(type: Mark, n: number): EventLink | undefined {
    const mark = this.#marks.get(type);
    return mark !== undefined && mark.seq <= this.seqAt(n) ? mark : undefined;
  }

  /** Return the attempts and waits of a task up to moment `n`. */
  laneAt(taskId: string, n: number): Lane {
    const number = this.numberOf(taskId);
    const requested = this.markAt("RunRequested", n);
    if (requested === undefined) return { attempts: [], wait: null };
    return this.#lanes.cut(number, this.seqAt(n), requested.at);
  }

  /** Return the positions of the events about a task up to moment `n`, refused reports among them. */
  positionsAt(taskId: string, n: number): readonly number[] {
    const positions = this.#positions[this.numberOf(taskId)] ?? [];
    return positions.slice(
      0,
      countUpTo(positions, n - 1, (position) => position),
    );
  }

  /** @throws RangeError the run has no such task. */
  numberOf(taskId: string): number {
    const number = this.plan.number.get(taskId);
    if (number === undefined) throw new RangeError(`The run has no task ${taskId}.`);
    return number;
  }

  #take(event: RunEvent): void {
    const position = this.length;
    this.#events.push(event);
    this.#times.push(Math.max(event.at, this.#times.at(-1) ?? 0));
    try {
      evolve(this.#head, event);
      this.#index(event);
    } catch (error) {
      if (!(error instanceof IllegalStepError)) throw error;
      this.#faults.push({ position, seq: event.seq, message: error.message });
      this.#refused.add(position);
    }
    this.#place(event, position);
    if (this.length % CHECKPOINT_EVERY === 0) this.#checkpoints.push(copyRun(this.#head));
  }

  /** Take note of an event that the fold allowed. */
  #index(event: RunEvent): void {
    if (isMark(event)) this.#marks.set(event.type, { seq: event.seq, at: event.at });
    const number = isMove(event) ? this.plan.number.get(event.task_id) : undefined;
    const task = number === undefined ? undefined : this.#head.tasks[number];
    if (number === undefined || task === undefined || !isMove(event)) return;
    this.#lanes.record(number, event, task, this.#head.created_at);
  }

  #place(event: RunEvent, position: number): void {
    const number = "task_id" in event ? this.plan.number.get(event.task_id) : undefined;
    if (number !== undefined) this.#positions[number]?.push(position);
  }

  /** Return the state at moment `n`, folded from the nearest one before it. */
  #foldedTo(n: number): RunState {
    const nearest = this.#nearest(n);
    const state = copyRun(nearest.state);
    for (let position = nearest.position; position < n; position += 1) {
      const event = this.#events[position];
      if (event !== undefined && !this.#refused.has(position)) evolve(state, event);
    }
    return state;
  }

  /** Return the last checkpoint before moment `n`, or where the last look was if that is nearer. */
  #nearest(n: number): Moment {
    const place = Math.floor(n / CHECKPOINT_EVERY);
    const state = this.#checkpoints[place];
    const checkpoint = state === undefined ? undefined : { position: place * CHECKPOINT_EVERY, state };
    const { position } = this.#cursor;
    const near = position <= n && (checkpoint === undefined || position >= checkpoint.position);
    return near || checkpoint === undefined ? this.#cursor : checkpoint;
  }

  #check(n: number): void {
    if (!Number.isInteger(n) || n < 0 || n > this.length) {
      throw new RangeError(`There is no moment ${n}: the run has ${this.length} events.`);
    }
  }

  readonly #keep: Keep = (text) => {
    const kept = this.#strings.get(text);
    if (kept === undefined) this.#strings.set(text, text);
    return kept ?? text;
  };
}

function isMark(event: RunEvent): event is Extract<RunEvent, { type: Mark }> {
  return event.type.startsWith("Run");
}

/** Whether an event moves a task, as opposed to telling of it. */
function isMove(event: RunEvent): event is TaskEvent {
  return event.type.startsWith("Task");
}

/** Return how many elements of an ascending list are at most `bound`. */
function countUpTo<T>(list: readonly T[], bound: number, key: (element: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const element = list[middle];
    if (element !== undefined && key(element) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

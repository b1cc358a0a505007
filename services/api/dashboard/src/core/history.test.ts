import { describe, expect, test } from "vitest";
import { readEvent } from "./events";
import { CHECKPOINT_EVERY, History } from "./history";
import { makePlan } from "./plan";
import { evolve } from "./run";
import { copyRun, newRun } from "./state";
import { comparable, GOLDEN_RUNS, goldenHistory, goldenRun, goldenStates, longRun } from "./testkit";

const T0 = Date.UTC(2026, 0, 1);

function longHistory(tasks: number): History {
  const { outline, events } = longRun(tasks);
  const history = new History("long-0", makePlan(outline));
  history.append(events);
  return history;
}

describe.each([...GOLDEN_RUNS])("%s", (name, golden) => {
  test("the state at every moment is the scheduler's, whichever is asked for first", () => {
    const history = goldenHistory(name);
    const expected = [...goldenStates(golden)];
    const forward = expected.map((_, n) => n);
    const jumping = forward.map((n) => (n * 7919) % expected.length);
    for (const n of [...forward, ...forward.toReversed(), ...jumping]) {
      expect(comparable(copyRun(history.stateAt(n))), `moment ${n}`).toEqual(expected[n]);
    }
    expect(history.faults).toEqual([]);
  });

  test("a moment shows nothing of what came later", () => {
    const whole = goldenHistory(name);
    const stride = whole.length > 50 ? 7 : 1;
    for (let n = 0; n <= whole.length; n += stride) {
      const then = goldenHistory(name, n);
      for (const { task_id } of golden.tasks) {
        expect(whole.laneAt(task_id, n), `${task_id} at ${n}`).toEqual(then.laneAt(task_id, n));
        expect(whole.positionsAt(task_id, n)).toEqual(then.positionsAt(task_id, n));
      }
      expect(whole.timeAt(n)).toBe(n === 0 ? whole.timeAt(1) : then.timeAt(n));
    }
  });

  test("the attempts and waits of a task agree with its state", () => {
    const history = goldenHistory(name);
    for (let n = 0; n <= history.length; n += 1) {
      const { tasks } = history.stateAt(n);
      for (const [number, { task_id }] of golden.tasks.entries()) {
        const { attempts, wait } = history.laneAt(task_id, n);
        const last = attempts.at(-1);
        const task = tasks[number];
        const waits = n > 0 && (task?.status === "waiting" || task?.status === "retrying");
        expect(wait?.until === 0, `${task_id} waits at ${n}`).toBe(waits);
        expect(last?.attempt ?? 0).toBe(task?.attempt);
        expect(last?.ready_at ?? 0).toBe(task?.ready_at);
        expect(last?.started_at ?? 0).toBe(task?.started_at);
        expect(last?.worker ?? "").toBe(task?.worker);
      }
    }
  });
});

test("states beyond checkpoints are those of a plain fold", () => {
  const { outline, events } = longRun(1200);
  const history = longHistory(1200);
  const plain = newRun("long-0", makePlan(outline));
  const moments = new Map(events.map((_, n) => [n, n % 97 === 0 || n % CHECKPOINT_EVERY < 2]));
  const wanted = new Map<number, unknown>();
  for (const [n, event] of events.entries()) {
    if (moments.get(n)) wanted.set(n, copyRun(plain));
    evolve(plain, readEvent(event));
  }
  expect(history.length).toBeGreaterThan(3 * CHECKPOINT_EVERY);
  for (const [n, state] of [...wanted, ...[...wanted].toReversed()])
    expect(history.stateAt(n)).toEqual(state);
});

test("a history that grows live is the same as one that is read at once", () => {
  const { outline, events } = longRun(700);
  const live = new History("long-0", makePlan(outline));
  for (const event of events) live.append([event]);
  const read = longHistory(700);
  for (const n of [0, 1, 999, 1000, 1001, 2000, read.length])
    expect(live.stateAt(n)).toEqual(read.stateAt(n));
  expect(live.laneAt("t500", live.length)).toEqual(read.laneAt("t500", read.length));
});

test("a state that was looked at does not change when the run goes on", () => {
  const { outline, events } = longRun(3);
  const history = new History("long-0", makePlan(outline));
  history.append(events.slice(0, 5));
  const now = history.stateAt(5);
  const copy = copyRun(now);
  history.append(events.slice(5));
  history.stateAt(history.length);
  expect(now).toEqual(copy);
});

test("the same moment is the same object, also while the run goes on", () => {
  const history = longHistory(3);
  const state = history.stateAt(4);
  history.append([]);
  expect(history.stateAt(4)).toBe(state);
});

test("events that are here already are passed over", () => {
  const { outline, events } = longRun(3);
  const history = new History("long-0", makePlan(outline));
  expect(history.append(events.slice(0, 6))).toBe(6);
  expect(history.append(events.slice(2, 8))).toBe(2);
  expect(history.length).toBe(8);
  expect(history.lastSeq).toBe(2 * 7 + 5);
});

test("of a page with a malformed event nothing is taken", () => {
  const { outline, events } = longRun(3);
  const history = new History("long-0", makePlan(outline));
  expect(() => history.append([...events, { type: "RunStarted" }])).toThrow("seq");
  expect(history.length).toBe(0);
});

test("an event that cannot have happened is reported, and the history goes on without it", () => {
  const golden = goldenRun("diamond_succeeds");
  const raw = golden.steps.map(({ event }) => event);
  const gap = raw.toSpliced(3, 1);
  const history = new History(golden.run_id, makePlan(golden.tasks));
  history.append(gap);
  expect(history.faults[0]).toEqual({
    position: 3,
    seq: raw[4]?.seq,
    message: `Task a of run ${golden.run_id} is ready: it cannot succeed.`,
  });
  history.stateAt(0);
  expect(history.stateAt(4)).toEqual({ ...history.stateAt(3) });
  expect(history.laneAt("a", history.length).attempts).toHaveLength(1);
  expect(history.positionsAt("a", history.length)).toEqual([2, 3]);
});

test("time never runs backwards, whatever the server's clock does", () => {
  const history = goldenHistory("clock_is_set_back");
  const times = Array.from({ length: history.length + 1 }, (_, n) => history.timeAt(n));
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(history.timeAt(5)).toBe(T0 + 3000);
});

test("a time leads to the last moment that had come by then", () => {
  const history = longHistory(3);
  expect(history.momentAtTime(T0 - 1)).toBe(0);
  expect(history.momentAtTime(T0)).toBe(1);
  expect(history.momentAtTime(T0 + 2999)).toBe(3);
  expect(history.momentAtTime(T0 + 3000)).toBe(4);
  expect(history.momentAtTime(T0 + 1e9)).toBe(history.length);
});

test("a seq leads to the moment after its event", () => {
  const history = longHistory(3);
  expect([4, 5, 6, 7].map((seq) => history.momentOf(seq))).toEqual([0, 1, 1, 2]);
  expect(history.eventOf(7)?.type).toBe("RunStarted");
  expect(history.eventOf(6)).toBeUndefined();
});

test("what does not exist is refused", () => {
  const history = longHistory(3);
  for (const n of [-1, 0.5, Number.NaN, history.length + 1]) {
    expect(() => history.stateAt(n)).toThrow(RangeError);
    expect(() => history.timeAt(n)).toThrow(RangeError);
  }
  expect(() => history.laneAt("nobody", 0)).toThrow("The run has no task nobody.");
});

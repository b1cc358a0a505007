import { expect, test } from "vitest";
import { add, hold, KEPT } from "./feed";

const event = (partition: number, seq: number, rest: object = {}) => ({
  type: "TaskStarted",
  data: JSON.stringify({
    partition,
    seq,
    type: "TaskStarted",
    at: new Date(1_700_000_000_000 + seq).toISOString(),
    cause: "inbox:1-0",
    run_id: `r-${partition}`,
    task_id: "load",
    attempt: 1,
    worker: "w1",
    ...rest,
  }),
});

test("the latest event stands first, whatever partition it is of", () => {
  const feed = add(add([], [event(0, 1), event(1, 3), event(0, 2)]), [event(1, 4)]);
  expect(feed.map(({ partition, seq }) => [partition, seq])).toEqual([
    [1, 4],
    [1, 3],
    [0, 2],
    [0, 1],
  ]);
});

test("events that take the places of others after a fork are told apart from them, also in a later batch", () => {
  const forked = event(0, 3, { type: "LogForked", incarnation: 2, kept_seq: 2, run_id: undefined });
  const feed = add(add(add([], [event(0, 3), event(0, 4)]), [forked, event(0, 4)]), [event(0, 5)]);
  expect(new Set(feed.map(({ key }) => key)).size).toBe(5);
});

test("an event is told in words, and leads to its run and task", () => {
  const [entry] = add([], [event(3, 7)]);
  expect(entry).toMatchObject({ runId: "r-3", taskId: "load", status: "running" });
  expect(entry?.text).toContain("w1");
});

test("what is about no run is told too", () => {
  const registered = {
    type: "DagRegistered",
    dag_id: "etl",
    version: "0123456789abcdef",
    task_count: 4,
    run_id: undefined,
  };
  const forked = { type: "LogForked", incarnation: 2, kept_seq: 40, run_id: undefined };
  const [fork, dag] = add([], [event(0, 1, registered), event(0, 2, forked)]);
  expect(dag?.text).toBe("DAG etl has a new current version, 0123456789ab, of 4 tasks.");
  expect(fork?.text).toContain("what followed event 40 is gone");
});

test("an event of a newer Penstock, or a damaged one, does not stop the feed", () => {
  const [damaged, newer] = add([], [event(0, 1, { type: "TaskPondered" }), event(0, 2, { attempt: "one" })]);
  expect(newer?.text).toContain("cannot read");
  expect(damaged?.type).toBe("TaskStarted");
});

test("only the latest are kept, so that a page can stay open", () => {
  const many = Array.from({ length: KEPT + 10 }, (_, seq) => event(0, seq + 1));
  const feed = add(add([], many), [event(0, KEPT + 11)]);
  expect(feed).toHaveLength(KEPT);
  expect(feed[0]?.seq).toBe(KEPT + 11);
});

test("a feed that is held for long keeps the latest events, not all", () => {
  let waiting: ReturnType<typeof hold> = [];
  for (let seq = 1; seq <= 3 * KEPT; seq += 100) {
    waiting = hold(
      waiting,
      Array.from({ length: 100 }, (_, at) => event(0, seq + at)),
    );
    expect(waiting.length).toBeLessThanOrEqual(2 * KEPT);
  }
  expect(add([], waiting)).toHaveLength(KEPT);
  expect(add([], waiting)[0]?.seq).toBe(3 * KEPT);
});

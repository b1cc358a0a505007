import { expect, test } from "vitest";
import { History } from "@/core/history";
import { makePlan } from "@/core/plan";
import { goldenRun } from "@/core/testkit";
import { positionOf, takeBatch } from "./load";

const golden = goldenRun("diamond_succeeds");
const told = golden.steps.map(({ event }) => event);
const message = (event: object) => ({
  type: String((event as { type: string }).type),
  data: JSON.stringify(event),
});

function historyOf(count: number): History {
  const history = new History(golden.run_id, makePlan(golden.tasks));
  history.append(told.slice(0, count));
  return history;
}

test("what the live stream repeats is taken once", () => {
  const history = historyOf(5);
  expect(takeBatch(history, told.slice(2, 8).map(message))).toBe(true);
  expect(history.length).toBe(8);
});

test("another event in the place of a known one says that the log has forked, and nothing is taken", () => {
  const history = historyOf(5);
  const other = { ...told[3], type: "TaskCancelled" };
  expect(takeBatch(history, [message(other), message(told[5] ?? {})])).toBe(false);
  expect(history.length).toBe(5);
});

test("the same event at another time is another event", () => {
  expect(takeBatch(historyOf(5), [message({ ...told[3], at: "2031-01-01T00:00:00.000Z" })])).toBe(false);
});

test("a fork counts where the history has events that the new branch lacks", () => {
  const history = historyOf(5);
  const fork = (kept_seq: number) => message({ type: "LogForked", seq: kept_seq + 1, kept_seq });
  expect(takeBatch(history, [fork(history.lastSeq - 1)])).toBe(false);
  expect(takeBatch(history, [fork(history.lastSeq)])).toBe(true);
  expect(history.length).toBe(5);
});

test("the live stream goes on in the run's partition after the last event", () => {
  expect(positionOf(historyOf(5), "01m8bky3ethxtbr985zjjqgh1j-6")).toBe(`6:${told[4]?.seq}`);
  expect(positionOf(historyOf(0), "01m8bky3ethxtbr985zjjqgh1j-6")).toBe("6:0");
});

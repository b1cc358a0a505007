import { expect, test } from "vitest";
import { History } from "@/core/history";
import { makePlan } from "@/core/plan";
import { goldenHistory, longRun } from "@/core/testkit";
import { ActivityOrder, first, type Order, ordered } from "./order";

function names(history: History, by: Order, n = history.length): (string | undefined)[] {
  const active = new ActivityOrder(history).now();
  const numbers = ordered(active, by, history.stateAt(n), history.timeAt(n));
  return numbers.map((number) => history.plan.tasks[number]?.task_id);
}

test("tasks stand in the order in which something first happened to them, the others behind as defined", () => {
  const { outline, events } = longRun(6);
  const turned = new History("long-0", makePlan(outline.toReversed()));
  turned.append(events.slice(0, 8));
  expect(names(turned, "activity")).toEqual(["t0", "t1", "t5", "t4", "t3", "t2"]);
  expect(names(turned, "definition")).toEqual(["t5", "t4", "t3", "t2", "t1", "t0"]);
});

test("the order of activity is the same at every moment and however the history came in", () => {
  const { outline, events } = longRun(6);
  const history = new History("long-0", makePlan(outline));
  const order = new ActivityOrder(history);
  for (const event of events) {
    history.append([event]);
    order.now();
  }
  expect(order.now()).toEqual(new ActivityOrder(history).now());
  expect(order.now()).toBe(order.now());
  expect(names(history, "activity", 1)).toEqual(names(history, "activity"));
});

test("by status, what failed comes first and what succeeded last", () => {
  const history = goldenHistory("cancelled_in_the_middle");
  const { plan, length } = history;
  for (let n = 0; n <= length; n += 1) {
    const { tasks } = history.stateAt(n);
    const statuses = names(history, "status", n).map((id) => tasks[plan.number.get(id ?? "") ?? -1]?.status);
    const changes = statuses.filter((status, place) => status !== statuses[place - 1]);
    expect(new Set(changes).size).toBe(changes.length);
  }
  expect(names(goldenHistory("upstream_fails"), "status")[0]).toBe("a");
});

test("by length, the task that ran longest comes first and those that did not run last", () => {
  const history = goldenHistory("cancelled_in_the_middle");
  expect(names(history, "longest")[0]).toBe("runs");
  expect(names(history, "longest").at(-1)).toBe("waits");
});

test("some come before all others", () => {
  expect(first([4, 2], [1, 2, 3, 4])).toEqual([4, 2, 1, 3]);
  expect(first([], [1, 2])).toEqual([1, 2]);
});

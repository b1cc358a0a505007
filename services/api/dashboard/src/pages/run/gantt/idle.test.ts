import { expect, test } from "vitest";
import { History } from "@/core/history";
import { makePlan } from "@/core/plan";
import { goldenHistory, goldenRun } from "@/core/testkit";
import { IdleTimes } from "./idle";

const T0 = Date.UTC(2026, 0, 1);

function seconds(idle: IdleTimes): number[][] {
  return idle.now().map(({ from, to }) => [(from - T0) / 1000, (to - T0) / 1000]);
}

test("between the attempts of the only task nothing is under way", () => {
  expect(seconds(new IdleTimes(goldenHistory("retries_are_spent")))).toEqual([
    [4, 64],
    [66, 126],
  ]);
});

test("idle times found while the history grows are the same", () => {
  const golden = goldenRun("retries_are_spent");
  const history = new History(golden.run_id, makePlan(golden.tasks));
  const idle = new IdleTimes(history);
  for (const { event } of golden.steps) {
    history.append([event]);
    idle.now();
  }
  expect(seconds(idle)).toEqual(seconds(new IdleTimes(goldenHistory("retries_are_spent"))));
});

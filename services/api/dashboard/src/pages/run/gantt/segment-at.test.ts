import { expect, test } from "vitest";
import { segmentsOf } from "@/core/segments";
import { goldenHistory } from "@/core/testkit";
import { segmentAt } from "./segment-at";

const T0 = Date.UTC(2026, 0, 1);

test("a pixel leads to the stretch that covers it, or is near it", () => {
  const history = goldenHistory("retries_are_spent");
  const segments = segmentsOf(history.laneAt("a", history.length), history.timeAt(history.length));
  const at = (second: number) => segmentAt(segments, second, (time) => (time - T0) / 1000, 4);
  expect([at(2.5), at(3.5), at(30)].map((found) => `${found?.kind} ${found?.attempt}`)).toEqual([
    "queue 1",
    "run 1",
    "retry 2",
  ]);
  expect(at(131)?.attempt).toBe(3);
  expect(at(140)).toBeUndefined();
});

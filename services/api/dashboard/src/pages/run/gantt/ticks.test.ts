import { expect, test } from "vitest";
import { makeScale } from "./scale";
import { stepFor, tickLabel, ticksOf } from "./ticks";
import { straight, withoutGaps } from "./warp";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("steps are round, from a ms to years", () => {
  expect(
    [0.2, 3, 999, 7 * SECOND, 20 * SECOND, 40 * MINUTE, 4 * HOUR, 13 * HOUR, 3 * DAY].map(stepFor),
  ).toEqual([...[1, 5, SECOND, 10 * SECOND, 30 * SECOND, HOUR, 6 * HOUR, DAY, 5 * DAY]]);
  expect(stepFor(1500 * DAY)).toBe(2000 * DAY);
});

test.each([
  [0, 100, "0"],
  [250, 50, "250 ms"],
  [1500, 500, "1.5 s"],
  [1250, 50, "1.25 s"],
  [1003, 1, "1.003 s"],
  [12 * SECOND, 2 * SECOND, "12 s"],
  [65 * SECOND, 5 * SECOND, "1 m 05 s"],
  [65_250, 50, "1 m 05.25 s"],
  [2 * MINUTE, 5 * SECOND, "2 m"],
  [5 * MINUTE, MINUTE, "5 m"],
  [65 * MINUTE, 5 * MINUTE, "1 h 05 m"],
  [2 * HOUR, 30 * MINUTE, "2 h"],
  [2 * HOUR, HOUR, "2 h"],
  [30 * HOUR, 6 * HOUR, "1 d 6 h"],
  [48 * HOUR, 6 * HOUR, "2 d"],
  [HOUR + 5 * SECOND, SECOND, "1 h 00 m 05 s"],
  [3 * DAY, DAY, "3 d"],
  [-250, 50, "−250 ms"],
  [-65 * SECOND, 5 * SECOND, "−1 m 05 s"],
])("%d ms, in steps of %d, reads %s", (ms, step, label) => {
  expect(tickLabel(ms, step)).toBe(label);
});

test("ticks stand at round times since the start, with room between them", () => {
  const warp = straight({ from: 400, to: 10_400 });
  const ticks = ticksOf(makeScale({ from: 0, to: 10_000 }, 1000), warp, 500, 80);
  expect(ticks.map(({ label }) => label)).toEqual(["0", ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${n} s`)]);
  expect(ticks[0]?.x).toBe(10);
  expect(ticks[1]?.x).toBe(110);
});

test("where idle time was taken out ticks go on beyond it, and none are in it", () => {
  const warp = withoutGaps({ from: 0, to: 100 * DAY }, [{ from: 10 * SECOND, to: 100 * DAY - 10 * SECOND }]);
  const ticks = ticksOf(makeScale({ from: 0, to: warp.length }, 1000), warp, 0, 80);
  expect(ticks.length).toBeLessThan(14);
  expect(ticks[0]?.label).toBe("0");
  expect(ticks.at(-1)?.label).toMatch(/^(99 d 23 h 59 m 5\d s|100 d)$/);
  for (const [place, { x }] of ticks.entries())
    expect(x - (ticks[place - 1]?.x ?? -80)).toBeGreaterThanOrEqual(72);
});

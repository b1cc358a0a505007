import { expect, test } from "vitest";
import { straight, withoutGaps } from "./warp";

const whole = { from: 1000, to: 101_000 };
const gaps = [
  { from: 2000, to: 2010 },
  { from: 3000, to: 63_000 },
  { from: 64_000, to: 99_000 },
];

test("without gaps the chart has the run's own time", () => {
  const warp = straight(whole);
  expect([warp.chart(1000), warp.chart(51_000), warp.length]).toEqual([0, 50_000, 100_000]);
  expect(warp.real(50_000)).toBe(51_000);
  expect(withoutGaps(whole, []).length).toBe(100_000);
});

test("long gaps shrink, short ones and all else keep their length", () => {
  const warp = withoutGaps(whole, gaps);
  const busy = 100_000 - 60_000 - 35_000 - 10;
  expect(warp.breaks.map(({ ms }) => ms)).toEqual([60_000, 35_000]);
  expect(warp.length).toBeCloseTo(busy + 10 + 2 * 0.02 * busy);
  expect(warp.chart(2600) - warp.chart(1500)).toBeCloseTo(1100);
  expect(warp.chart(101_000) - warp.chart(99_500)).toBeCloseTo(1500);
  expect(warp.pieces).toEqual([
    { from: 1000, to: 3000 },
    { from: 63_000, to: 64_000 },
    { from: 99_000, to: 101_000 },
  ]);
});

test("time on the chart never runs backwards and leads back to itself", () => {
  const warp = withoutGaps(whole, gaps);
  let last = Number.NEGATIVE_INFINITY;
  for (let real = 0; real < 103_000; real += 331) {
    const chart = warp.chart(real);
    expect(chart).toBeGreaterThan(last);
    expect(warp.real(chart)).toBeCloseTo(real, 5);
    last = chart;
  }
});

test("a gap that reaches beyond what is shown is left as it is", () => {
  expect(withoutGaps({ from: 1000, to: 50_000 }, gaps).breaks).toEqual([]);
});

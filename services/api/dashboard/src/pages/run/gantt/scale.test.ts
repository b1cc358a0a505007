import { expect, test } from "vitest";
import { makeScale, pan, within, zoom } from "./scale";

test("a time and its pixel lead to one another", () => {
  const scale = makeScale({ from: 100, to: 1100 }, 500);
  expect(scale.x(600)).toBe(250);
  expect(scale.time(250)).toBe(600);
});

test("a run of no length has a scale", () => {
  const scale = makeScale({ from: 0, to: 0 }, 500);
  expect(scale.x(0)).toBe(0);
  expect(Number.isFinite(scale.x(1))).toBe(true);
});

test("what is zoomed around stays where it is", () => {
  const range = { from: 0, to: 1000 };
  const zoomed = zoom(range, 250, 0.5, 1000);
  expect(zoomed).toEqual({ from: 125, to: 625 });
  expect(makeScale(zoomed ?? range, 400).x(250)).toBe(makeScale(range, 400).x(250));
});

test("zooming out ends at the whole, zooming in at a few ms", () => {
  expect(zoom({ from: 100, to: 900 }, 500, 2, 1000)).toBeNull();
  const close = zoom({ from: 100, to: 110 }, 105, 0.01, 1000) ?? { from: 0, to: 0 };
  expect(close.to - close.from).toBe(5);
});

test("panning stops at the ends", () => {
  expect(pan({ from: 100, to: 300 }, -500, 1000)).toEqual({ from: 0, to: 200 });
  expect(pan({ from: 100, to: 300 }, 5000, 1000)).toEqual({ from: 800, to: 1000 });
});

test("a range as long as the chart is the whole", () => {
  expect(within({ from: -10, to: 1000 }, 1000)).toBeNull();
  expect(within({ from: 950, to: 1050 }, 1000)).toEqual({ from: 900, to: 1000 });
});

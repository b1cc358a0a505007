import { expect, test } from "vitest";
import { isInView, scrollFor } from "./follow";

const view = { top: 1000, height: 500 };
const row = (top: number) => ({ top, height: 20 });

test("a row in view stays where it is", () => {
  expect(scrollFor(view, row(1250))).toBeNull();
});

test("a row just outside is brought to the edge, with room beyond it", () => {
  expect(scrollFor(view, row(1490))).toBe(1490 + 20 + 40 - 500);
  expect(scrollFor(view, row(990))).toBe(990 - 40);
});

test("a row far away comes to the middle, never above the beginning", () => {
  expect(scrollFor(view, row(9000))).toBe(9000 - 240);
  expect(scrollFor(view, row(0))).toBe(0);
});

test("a view too low for the room still shows the row", () => {
  const low = { top: 0, height: 30 };
  const to = scrollFor(low, row(100)) ?? 0;
  expect(isInView({ ...low, top: to }, row(100))).toBe(true);
});

test("a row is in view as soon as part of it is", () => {
  expect(isInView(view, row(981))).toBe(true);
  expect(isInView(view, row(980))).toBe(false);
  expect(isInView(view, row(1499))).toBe(true);
  expect(isInView(view, row(1500))).toBe(false);
});

import { expect, test } from "vitest";
import { rowByKey } from "./keys";

test.each([
  ["ArrowUp", 5, 4],
  ["ArrowDown", 5, 6],
  ["ArrowUp", 5.5, 5],
  ["ArrowDown", 5.5, 6],
  ["ArrowUp", 0, 0],
  ["ArrowDown", 99, 99],
  ["ArrowDown", -1, 0],
  ["PageDown", 5, 15],
  ["PageUp", 5, 0],
  ["Home", 50, 0],
  ["End", 50, 99],
  ["a", 5, null],
])("%s leads from row %d of 100 to %s", (key, from, to) => {
  expect(rowByKey(key, from, 100, 10)).toBe(to);
});

test("in an empty list no key leads anywhere", () => {
  expect(rowByKey("End", -1, 0, 10)).toBeNull();
});

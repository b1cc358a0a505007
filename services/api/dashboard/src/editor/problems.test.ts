import { Text } from "@codemirror/state";
import { expect, test } from "vitest";
import { placeOf } from "./problems";

const at = (lines: string[], line: number, column: number) => {
  const text = Text.of(lines);
  const { from, to } = placeOf(text, { line, column });
  return text.sliceString(from, to);
};

test("a problem marks the word at its line and column", () => {
  expect(at(["id: x", "tasks:", "  a: {retries: many}"], 3, 16)).toBe("many");
  expect(at(['{"id": "two words"}'], 1, 8)).toBe('"two words"');
});

test("columns count characters, also where one takes two units", () => {
  expect(at(["name: 🚰🚰 bad"], 1, 10)).toBe("bad");
});

test("a problem at the end of a line marks what stands before it", () => {
  expect(at(["tasks: oops  "], 1, 12)).toBe("oops  ");
});

test("a problem without a place marks the first line", () => {
  expect(at(["id: x", "tasks: {}"], 0, 0)).toBe("id: x");
});

test("a place outside the text is within it all the same", () => {
  expect(at(["id: x"], 99, 99)).toBe("x");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Style } from "./ansi";
import { colorsOf, contrast, legible, type Rgb } from "./colors";

const channel = fc.integer({ min: 0, max: 255 });
const rgb = fc.tuple(channel, channel, channel);
const color = fc.oneof(channel, rgb);
const read = (css: string): Rgb => css.match(/\d+/g)?.map(Number) as unknown as Rgb;

test("any colour is moved until it can be read on any other", () => {
  fc.assert(fc.property(rgb, rgb, (front, back) => contrast(legible(front, back), back) >= 4.5));
});

test("whatever a program asks for can be read in both themes", () => {
  const style = fc.record(
    { fg: color, bg: color, dim: fc.constant(true as const), reverse: fc.constant(true as const) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(style, fc.boolean(), (wanted: Style, dark) => {
      const { color: front, background } = colorsOf(wanted, dark);
      const page: Rgb = dark ? [21, 27, 35] : [255, 255, 255];
      if (front) expect(contrast(read(front), background ? read(background) : page)).toBeGreaterThan(4.5);
    }),
  );
});

test("text without colours keeps those of the page", () => {
  expect(colorsOf({ bold: true }, true)).toEqual({ color: undefined, background: undefined });
});

test("colours of the cube and of the greys are those of a terminal", () => {
  expect(colorsOf({ bg: 196 }, false).background).toBe("rgb(255 0 0)");
  expect(colorsOf({ bg: 244 }, false).background).toBe("rgb(128 128 128)");
});

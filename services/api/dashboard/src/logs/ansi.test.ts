import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAnsi } from "./ansi";

const ESC = "\x1b";
const text = (line: string) =>
  parseAnsi(line)
    .map((span) => span.text)
    .join("");

test("colours and weights become the style of a span, and end where they are reset", () => {
  expect(parseAnsi(`a${ESC}[1;31mb${ESC}[0mc`)).toEqual([
    { text: "a", style: {} },
    { text: "b", style: { bold: true, fg: 1 } },
    { text: "c", style: {} },
  ]);
});

test("bright, 256 and true colours are read, with semicolons and with colons", () => {
  const style = (parameters: string) => parseAnsi(`${ESC}[${parameters}mx`)[0]?.style;
  expect(style("97;104")).toEqual({ fg: 15, bg: 12 });
  expect(style("38;5;208;48;2;1;2;3;4")).toEqual({ fg: 208, bg: [1, 2, 3], underline: true });
  expect(style("38:2::10:20:30;48:5:7;3")).toEqual({ fg: [10, 20, 30], bg: 7, italic: true });
  expect(style("38:2:10:20:30")).toEqual({ fg: [10, 20, 30] });
  expect(style("1;22;31;39;4:0")).toEqual({});
});

test("a colour out of bounds or not complete is no error", () => {
  expect(parseAnsi(`${ESC}[38;2;999mx`)[0]?.style).toEqual({ fg: [255, 0, 0] });
  expect(parseAnsi(`${ESC}[38;5mx`)[0]?.style).toEqual({ fg: 0 });
  expect(parseAnsi(`${ESC}[38m${ESC}[>4;1m${ESC}[5555mx`)[0]?.style).toEqual({});
});

test("what is not about looks is dropped: cursor, title, character sets, single control characters", () => {
  expect(text(`${ESC}[2J${ESC}[10;10Ha${ESC}[?25lb${ESC}]0;title\x07c${ESC}(Bd\x08e\x00f\x7fg`)).toBe(
    "abcdefg",
  );
  expect(text(`tab\tstays`)).toBe("tab\tstays");
});

test("a hyperlink is its text, never its address", () => {
  expect(text(`${ESC}]8;;https://example.org/${ESC}\\here${ESC}]8;;${ESC}\\ and on`)).toBe("here and on");
});

test("a sequence that the end of the line cuts off is dropped", () => {
  for (const end of [ESC, `${ESC}[`, `${ESC}[31`, `${ESC}]8;;https://example.org`, "\x9b3"]) {
    expect(text(`a${end}`)).toBe("a");
  }
});

test("signs that turn the direction of writing are dropped", () => {
  expect(text("name\u202egpj.exe\u2066x")).toBe("namegpj.exex");
});

test("whatever is printed, no control character is left and no span is empty", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(ESC, `${ESC}[`, ";", "38", "m", "\x9b", "]", "\\"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const spans = parseAnsi(pieces.join(""));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(spans.filter((span) => !/^[^\x00-\x08\x0b-\x1f\x7f-\x9f]+$/.test(span.text))).toEqual([]);
    }),
  );
});

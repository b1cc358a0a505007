import { describe, expect, test } from "vitest";
import { parseAnsi } from "./ansi";
import { cut, SHOWN } from "./cut";
import { mark } from "./marks";
import { MOST_MATCHES, SearchPlan, step } from "./search-plan";

describe("the order of a search", () => {
  test("it goes from the reader to the end, then from the beginning to the reader", () => {
    const plan = new SearchPlan(600, 1000);
    expect(plan.next).toEqual({ first: 600, last: 1000 });
    plan.took([700], 800);
    expect(plan.next).toEqual({ first: 801, last: 1000 });
    plan.took([], 1000);
    expect(plan.next).toEqual({ first: 1, last: 599 });
    // One answer may reach beyond the range: what was found there already does not count twice.
    plan.took([5, 700], 900);
    expect(plan.next).toBeNull();
    expect(plan.matches).toEqual([5, 700]);
    expect(plan.first).toBe(700);
    expect(plan.searched).toBe(1000);
  });

  test("lines that are added while it is under way, or after, are searched as well", () => {
    const plan = new SearchPlan(1, 100);
    plan.extend(150);
    plan.took([], 150);
    expect(plan.next).toBeNull();
    plan.extend(160);
    expect(plan.next).toEqual({ first: 151, last: 160 });
    plan.extend(160);
    plan.took([155], 160);
    expect([plan.next, plan.searched]).toEqual([null, 160]);
  });

  test("an empty log has nothing to search", () => {
    expect(new SearchPlan(1, 0).next).toBeNull();
  });

  test("it says when there are more matches than are kept", () => {
    const plan = new SearchPlan(1, 2 * MOST_MATCHES);
    plan.took(
      Array.from({ length: MOST_MATCHES }, (_, at) => at + 1),
      MOST_MATCHES,
    );
    expect(plan.full).toBe(true);
  });

  test("next and previous go round", () => {
    const matches = [10, 20, 30];
    expect([0, 10, 15, 30].map((line) => step(matches, line, 1))).toEqual([10, 20, 20, 10]);
    expect([10, 15, 30, 99].map((line) => step(matches, line, -1))).toEqual([30, 10, 20, 30]);
    expect([step([], 5, 1), step([], 5, -1)]).toEqual([null, null]);
  });
});

describe("marks", () => {
  const marked = (line: string, query: string) =>
    mark(parseAnsi(line), query)
      .map(({ text, marked }) => (marked ? `[${text}]` : text))
      .join("");

  test("every occurrence is marked, in upper or lower case", () => {
    expect(marked("Error: no error", "error")).toBe("[Error]: no [error]");
    expect(marked("aaa", "aa")).toBe("[aa]a");
    expect(marked("none", "error")).toBe("none");
    expect(marked("all", "")).toBe("all");
  });

  test("an occurrence that changes its colour on the way is marked in all its parts", () => {
    const spans = mark(parseAnsi("an \x1b[31mERR\x1b[0mOR here"), "error");
    expect(spans.map(({ text, marked }) => [text, marked])).toEqual([
      ["an ", false],
      ["ERR", true],
      ["OR", true],
      [" here", false],
    ]);
    expect(spans[1]?.style).toEqual({ fg: 1 });
  });

  test("letters that grow in lower case move no mark", () => {
    expect(marked("İx error", "error")).toBe("İx error");
  });
});

describe("what of a line is shown at first", () => {
  test("a long line is cut, not within a character or a sequence", () => {
    expect(cut("x".repeat(SHOWN))).toEqual({ text: "x".repeat(SHOWN), more: false });
    expect(cut("x".repeat(SHOWN + 1))).toEqual({ text: "x".repeat(SHOWN), more: true });
    expect(cut(`${"x".repeat(SHOWN - 1)}😀`).text).toBe("x".repeat(SHOWN - 1));
    expect(cut(`${"x".repeat(SHOWN - 3)}\x1b[31mred`).text).toBe("x".repeat(SHOWN - 3));
  });

  test("of a progress bar it is what a terminal would have left standing", () => {
    expect(cut("10%\r50%\r100%")).toEqual({ text: "100%", more: true });
    expect(cut("10%\r100%\r")).toEqual({ text: "100%\r", more: true });
  });
});

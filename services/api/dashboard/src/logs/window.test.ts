import { describe, expect, test } from "vitest";
import type { LogLine } from "@/api/types";
import { CHUNK_LINES, ChunkCache } from "./chunks";
import { Heights } from "./heights";
import { barHeight, lastTop, MOST, move, settle } from "./scroll";

function lines(first: number, last: number, text = "x"): LogLine[] {
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    n: first + at,
    at: "2026-11-26T09:47:05.871Z",
    stream: "stdout" as const,
    text,
  }));
}

describe("the chunk cache", () => {
  test("asks for what was not read, at most to the end of a chunk", () => {
    const cache = new ChunkCache();
    expect(cache.missing({ first: 480, last: 520 })).toEqual({ first: 480, last: CHUNK_LINES });
    cache.put({ first: 490, last: 500 }, lines(490, 500));
    expect(cache.missing({ first: 480, last: 520 })).toEqual({ first: 480, last: 489 });
    cache.put({ first: 480, last: 489 }, lines(480, 489));
    expect(cache.missing({ first: 480, last: 520 })).toEqual({ first: 501, last: 520 });
  });

  test("knows lines that do not exist, and asks for none of them again", () => {
    const cache = new ChunkCache();
    cache.put({ first: 1, last: 10 }, [...lines(1, 3), ...lines(9, 10)]);
    expect(cache.get(4)).toBeNull();
    expect(cache.get(9)?.n).toBe(9);
    expect(cache.get(11)).toBeUndefined();
    expect(cache.missing({ first: 1, last: 10 })).toBeNull();
  });

  test("drops what was used longest ago, and never the chunk used last", () => {
    const cache = new ChunkCache(3 * CHUNK_LINES * 101);
    for (const at of [0, 1, 2])
      cache.put({ first: at * 500 + 1, last: at * 500 + 500 }, lines(at * 500 + 1, at * 500 + 500));
    cache.touch(1, 1);
    cache.put({ first: 1501, last: 2000 }, lines(1501, 2000));
    expect([1, 501, 1001, 1501].map((line) => cache.get(line) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    cache.put({ first: 5001, last: 5500 }, lines(5001, 5500, "long".repeat(1000)));
    expect([1, 1001, 1501, 5001].map((line) => cache.get(line) !== undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe("the heights of rows", () => {
  test("a row stands below all rows before it, measured or not", () => {
    const heights = new Heights(18);
    heights.count = 1_000_000;
    heights.measure(3, 54);
    heights.measure(700_000, 36);
    expect(heights.offsetOf(3)).toBe(54);
    expect(heights.offsetOf(4)).toBe(108);
    expect(heights.offsetOf(999_999)).toBe(999_999 * 18 + 36 + 18);
    expect(heights.total).toBe(1_000_000 * 18 + 54);
  });

  test("the row at an offset is the one that covers it", () => {
    const heights = new Heights(18);
    heights.count = 1000;
    heights.measure(300, 100);
    for (const index of [0, 299, 300, 301, 999]) {
      expect(heights.indexAt(heights.offsetOf(index))).toBe(index);
      expect(heights.indexAt(heights.offsetOf(index) + heights.heightOf(index) - 1)).toBe(index);
    }
    expect(heights.indexAt(-5)).toBe(0);
    expect(heights.indexAt(1e9)).toBe(999);
  });

  test("measuring again tells by how much a row has changed, and clearing forgets", () => {
    const heights = new Heights(18);
    heights.count = 10;
    expect([heights.measure(2, 36), heights.measure(2, 36), heights.measure(2, 18)]).toEqual([18, 0, -18]);
    heights.measure(2, 90);
    heights.clear();
    expect(heights.total).toBe(180);
  });
});

describe("the scroll bar", () => {
  const small = { content: 10_000, view: 600 };
  const huge = { content: 450_000_000, view: 600 };

  test("is as long as the content, up to what browsers bear", () => {
    expect([barHeight(small), barHeight(huge)]).toEqual([10_000, MOST]);
  });

  test("small movements go pixel by pixel, however long the content is", () => {
    for (const sizes of [small, huge]) {
      const before = settle(5000, sizes);
      expect(move(before, before.bar + 100, sizes).top).toBe(5100);
      expect(move(before, before.bar - 100, sizes).top).toBeCloseTo(4900);
    }
  });

  test("dragging the bar goes through all of the content", () => {
    const start = settle(0, huge);
    expect(move(start, MOST / 2, huge).top / lastTop(huge)).toBeCloseTo(0.5, 3);
    expect(move(start, MOST - huge.view, huge).top).toBe(lastTop(huge));
  });

  test("where the bar ends before the content does, it makes room", () => {
    const before = { bar: 50, top: 3_000_000 };
    const after = move(before, 0, huge);
    expect(after).toEqual(settle(2_999_950, huge));
    expect(after.bar).toBeGreaterThan(0);
    const most = MOST - huge.view;
    const down = move({ bar: most - 50, top: 3_000_000 }, most, huge);
    expect(down.top).toBe(3_000_050);
    expect(down.bar).toBeLessThan(most);
  });

  test("step by step one comes to both ends of a huge log exactly", () => {
    let position = settle(900, huge);
    for (let step = 0; step < 20; step += 1) position = move(position, Math.max(0, position.bar - 100), huge);
    expect(position).toEqual({ bar: 0, top: 0 });
    position = settle(lastTop(huge) - 900, huge);
    const most = MOST - huge.view;
    for (let step = 0; step < 20; step += 1)
      position = move(position, Math.min(most, position.bar + 100), huge);
    expect(position.top).toBe(lastTop(huge));
  });

  test("content that fits has nowhere to go", () => {
    expect(settle(50, { content: 100, view: 600 })).toEqual({ bar: 0, top: 0 });
  });
});

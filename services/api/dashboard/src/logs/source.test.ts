import { afterEach, beforeEach, expect, test, vi } from "vitest";

const asked: number[] = [];
let total = 0;
/** How many lines come between two looks. */
let growth = 0;

vi.mock("@/api/client", () => ({
  api: {
    GET: async () => {
      asked.push(Date.now());
      total += growth;
      return { lines: [], next: null, ended: false, total };
    },
  },
  body: (answer: unknown) => answer,
}));

const { LogSource } = await import("./source");

let source: InstanceType<typeof LogSource>;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  asked.length = 0;
  growth = 0;
  source = new LogSource({ runId: "r", taskId: "t", attempt: 1 }, undefined);
  source.start();
});

afterEach(() => {
  source.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const gaps = () => asked.slice(1).map((time, at) => time - (asked[at] ?? 0));

test("the longer nothing comes the less often a log is looked at, up to every five seconds", async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  expect(gaps()).toEqual(gaps().toSorted((one, other) => one - other));
  expect(gaps()[0]).toBeLessThan(2000);
  expect(gaps().at(-1)).toBe(5000);
});

test("a log that grows again is looked at often again", async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  growth = 2;
  await vi.advanceTimersByTimeAsync(5000);
  asked.length = 0;
  await vi.advanceTimersByTimeAsync(1500);
  expect(asked.length).toBeGreaterThan(1);
});

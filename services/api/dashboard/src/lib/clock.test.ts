import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ServerClock } from "./clock";

const HERE = Date.parse("2026-11-26T09:00:00.700Z");
const MINUTES = 5 * 60_000;
const date = (ms: number) => new Date(ms).toUTCString();

let clock: ServerClock;
beforeEach(() => {
  vi.useFakeTimers({ now: HERE });
  clock = new ServerClock();
});
afterEach(() => void vi.useRealTimers());

test("a machine that is minutes behind shows the server's time, to a second", () => {
  clock.hear(date(HERE + MINUTES), HERE, HERE);
  expect(Math.abs(clock.now() - (HERE + MINUTES))).toBeLessThan(1000);
});

test("what whole seconds may explain changes nothing, at first and later", () => {
  clock.hear(date(HERE + 1500), HERE, HERE);
  expect(clock.now()).toBe(HERE);
  clock.hear(date(HERE - MINUTES), HERE, HERE);
  const before = clock.now();
  clock.hear(date(HERE - MINUTES + 1000), HERE, HERE);
  expect(clock.now()).toBe(before);
});

test("once the machine's clock is set right the difference is forgotten", () => {
  clock.hear(date(HERE + MINUTES), HERE, HERE);
  clock.hear(date(HERE), HERE, HERE);
  expect(clock.now()).toBe(HERE);
});

test("an answer without a date, or one that was long on its way, says nothing", () => {
  clock.hear(null, HERE, HERE);
  clock.hear("soon", HERE, HERE);
  clock.hear(date(HERE + MINUTES), HERE - 3000, HERE);
  expect(clock.now()).toBe(HERE);
});

import { expect, test } from "vitest";
import { History } from "@/core/history";
import { makePlan } from "@/core/plan";
import { longRun } from "@/core/testkit";
import { advance, playFrom } from "./play";

/** A second lies between any two of its events. */
function history(): History {
  const { outline, events } = longRun(9);
  const made = new History("long-0", makePlan(outline));
  made.append(events);
  return made;
}

test("at × 1 the history takes as long as it took, however the frames fall", () => {
  const run = history();
  let head = playFrom(run, 1);
  for (let frame = 0; frame < 95; frame += 1) head = advance(run, head, "1", 100);
  expect(head.n).toBe(10);
});

test("at × 10 ten times as much has passed", () => {
  const run = history();
  expect(advance(run, playFrom(run, 1), "10", 1050).n).toBe(11);
});

test("event by event, four events pass in a second, whatever their times", () => {
  const run = history();
  let head = playFrom(run, 1);
  for (let frame = 0; frame < 60; frame += 1) head = advance(run, head, "event", 1000 / 60 + 0.01);
  expect(head.n).toBe(5);
});

test("at the end, play begins again at the first event; elsewhere where it stands", () => {
  const run = history();
  expect(playFrom(run, run.length).n).toBe(1);
  expect(playFrom(run, 7)).toMatchObject({ n: 7, time: run.timeAt(7) });
});

test("it never goes beyond the last event", () => {
  const run = history();
  expect(advance(run, playFrom(run, 5), "100", 1e9).n).toBe(run.length);
  expect(advance(run, playFrom(run, 5), "event", 1e9).n).toBe(run.length);
});

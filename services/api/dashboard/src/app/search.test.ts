import { expect, test } from "vitest";
import { run, runs } from "./search";

test("a time in the address that is none counts as absent", () => {
  expect(runs({ after: "yesterday", before: "2026-11-23T09:47:05.871Z" })).toEqual({
    before: "2026-11-23T09:47:05.871Z",
  });
});

test("how the Gantt is arranged is kept, and what it cannot be counts as absent", () => {
  expect(run({ order: "longest", critical: true, compact: true })).toEqual({
    order: "longest",
    critical: true,
    compact: true,
  });
  expect(run({ order: "random", critical: "no", compact: false })).toEqual({});
});

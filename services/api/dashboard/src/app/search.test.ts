import { expect, test } from "vitest";
import { runs } from "./search";

test("a time in the address that is none counts as absent", () => {
  expect(runs({ after: "yesterday", before: "2026-11-23T09:47:05.871Z" })).toEqual({
    before: "2026-11-23T09:47:05.871Z",
  });
});

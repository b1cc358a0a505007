import { expect, test } from "vitest";
import { readEvent } from "@/core/events";
import { GOLDEN_RUNS } from "@/core/testkit";
import { eventJson } from "./event-json";

test("an event reads as the API tells it", () => {
  for (const { steps } of GOLDEN_RUNS.values()) {
    for (const { event } of steps) {
      const read = readEvent(event);
      expect(JSON.parse(eventJson(read))).toMatchObject(event);
      expect(readEvent(JSON.parse(eventJson(read)))).toEqual(read);
    }
  }
});

test("an event of an unknown type keeps its name", () => {
  const json = JSON.parse(eventJson(readEvent({ seq: 1, type: "TaskDreamt", at: null })));
  expect(json).toEqual({ seq: 1, type: "TaskDreamt", at: null, cause: "", run_id: "" });
});

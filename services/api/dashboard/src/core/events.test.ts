import { expect, test } from "vitest";
import { MalformedEventError, readEvent } from "./events";

const COMMON = { seq: 7, at: "2026-11-23T09:47:05.871Z", cause: "inbox:1-0", run_id: "r" };
const AT = Date.UTC(2026, 10, 23, 9, 47, 5, 871);

test("times become milliseconds and defaults are spelt out", () => {
  const raw = {
    ...COMMON,
    type: "TaskFailed",
    task_id: "a",
    attempt: 2,
    worker: "w",
    error: { kind: "exit", message: "It failed." },
    retry_at: "2026-11-23T09:47:06.871Z",
  };
  expect(readEvent(raw)).toEqual({
    ...COMMON,
    at: AT,
    type: "TaskFailed",
    task_id: "a",
    attempt: 2,
    worker: "w",
    error: { kind: "exit", message: "It failed.", traceback: "" },
    duration_ms: 0,
    exit_code: null,
    retry_at: AT + 1000,
  });
});

test("fields that a newer server adds are passed over", () => {
  expect(readEvent({ ...COMMON, type: "RunStarted", mood: "good" })).toEqual({
    ...COMMON,
    at: AT,
    type: "RunStarted",
  });
});

test("a type that a newer server adds is kept as unreadable, with its name", () => {
  const unreadable = { ...COMMON, at: AT, type: "Unreadable" };
  expect(readEvent({ ...COMMON, type: "TaskPaused" })).toEqual({ ...unreadable, original: "TaskPaused" });
  expect(readEvent({ ...COMMON, type: "constructor" })).toEqual({ ...unreadable, original: "constructor" });
  const finished = { ...COMMON, type: "RunFinished", status: "paused" };
  expect(readEvent(finished)).toEqual({ ...unreadable, original: "RunFinished" });
});

test("what the API could not read has no time", () => {
  const raw = { seq: 3, type: "Unreadable", at: null, cause: "" };
  expect(readEvent(raw)).toEqual({ ...raw, at: 0, run_id: "", original: "Unreadable" });
});

test.each([
  ["an event is not an object", []],
  ["an event is not an object", null],
  ["seq of an event is not a number", { ...COMMON, type: "RunStarted", seq: "7" }],
  ["at is not a time", { ...COMMON, type: "RunStarted", at: "yesterday" }],
  ["retry_at is not a time", { ...COMMON, type: "TaskLost", retry_at: 12 }],
])("what is no event is refused: %s", (message, raw) => {
  expect(() => readEvent(raw)).toThrow(MalformedEventError);
  expect(() => readEvent(raw)).toThrow(message);
});

test("equal names are kept once", () => {
  const seen: string[] = [];
  readEvent({ ...COMMON, type: "TaskStarted", task_id: "a", worker: "w" }, (text) => {
    seen.push(text);
    return text;
  });
  expect(seen.toSorted()).toEqual(["a", "r", "w"]);
});

import { describe, expect, test } from "vitest";
import type { RunEntry } from "@/api/types";
import { ADDED, type Filter, kept, matches, patch } from "./runs-list";

const ALL: Filter = { statuses: [], dag: "", search: "", after: "", before: "" };

function run(id: string, status: RunEntry["status"], seq: number, dag = "etl"): RunEntry {
  return {
    run_id: id,
    dag_id: dag,
    dag_version: "v",
    status,
    created_at: "2026-11-23T09:47:05.871Z",
    started_at: null,
    finished_at: null,
    late_at: null,
    task_counts: {},
    seq,
  };
}

const LIST = [run("c-0", "running", 9), run("b-0", "running", 5), run("a-0", "succeeded", 3)];

describe("what the stream tells", () => {
  test("replaces an entry by a newer one", () => {
    const next = patch(LIST, [run("b-0", "succeeded", 12)], ALL, true);
    expect(next.map((one) => one.status)).toEqual(["running", "succeeded", "succeeded"]);
  });

  test("never replaces an entry by an older one, and leaves the list itself as it is then", () => {
    expect(patch(LIST, [run("b-0", "requested", 4)], ALL, true)).toBe(LIST);
  });

  test("takes out what does not match any more", () => {
    const next = patch(LIST.slice(0, 2), [run("b-0", "failed", 12)], { ...ALL, statuses: ["running"] }, true);
    expect(next.map((one) => one.run_id)).toEqual(["c-0"]);
  });

  test("brings new runs in where they belong, whatever the order they come in", () => {
    const next = patch(LIST, [run("e-0", "running", 1), run("d-0", "running", 1)], ALL, false);
    expect(next.map((one) => one.run_id)).toEqual(["e-0", "d-0", "c-0", "b-0", "a-0"]);
  });

  test("does not bring in a run from beyond what is loaded, which would leave a gap", () => {
    expect(patch(LIST, [run("0-0", "failed", 99)], ALL, false)).toBe(LIST);
    expect(patch(LIST, [run("0-0", "failed", 99)], ALL, true)).toHaveLength(4);
  });
});

describe("a list that is left open", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => run(`${count - at}-0`, "running", 1));

  test("keeps everything up to some runs more than were loaded", () => {
    const list = many(100 + ADDED);
    expect(kept(list, 100)).toEqual({ runs: list, cursor: undefined });
  });

  test("drops the oldest of more, and goes on after the last that it keeps", () => {
    const { runs, cursor } = kept(many(101 + ADDED), 100);
    expect(runs).toHaveLength(100 + ADDED);
    expect(runs[0]?.run_id).toBe(`${101 + ADDED}-0`);
    expect(cursor).toBe("2-0");
  });
});

test("a run matches only if every part of the filter says so", () => {
  const one = run("abc-0", "failed", 1);
  expect(matches(one, { ...ALL, statuses: ["failed", "cancelled"], dag: "etl", search: "ab" })).toBe(true);
  expect(matches(one, { ...ALL, dag: "other" })).toBe(false);
  expect(matches(one, { ...ALL, after: "2026-11-23T09:47:06Z" })).toBe(false);
  expect(matches(one, { ...ALL, before: "2026-11-23T09:47:05.871Z" })).toBe(false);
  expect(matches(one, { ...ALL, after: "2026-11-23T09:47:05.871Z" })).toBe(true);
});

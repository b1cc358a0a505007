/** What is worked out of runs as the API lists them. */

import type { RunEntry } from "@/api/types";
import { RUN_ENDED } from "@/core/status";
import { parseTime } from "./format";

export function hasEnded(run: Pick<RunEntry, "status">): boolean {
  return RUN_ENDED.has(run.status);
}

/** How long a run took, or has been taking at `now`, in ms; null where it has not begun. */
export function runDuration(
  run: Pick<RunEntry, "started_at" | "finished_at" | "status">,
  now: number,
): number | null {
  const start = parseTime(run.started_at);
  if (start === null) return null;
  return Math.max(0, (parseTime(run.finished_at) ?? now) - start);
}

/** Put a run among others that stand newest first: in place of itself, or where it belongs by its age. */
export function placeRun<R extends RunEntry>(runs: readonly R[], run: R): R[] {
  const at = runs.findIndex((other) => other.run_id <= run.run_id);
  if (at === -1) return [...runs, run];
  const found = runs[at]?.run_id === run.run_id;
  return runs.toSpliced(at, found ? 1 : 0, run);
}

/** How the API writes the state of a task in a grid: one character per task. */

import type { TaskStatus } from "@/api/types";

/** The task is not in the run's version. */
export const ABSENT = "-";

export const CELLS = {
  w: "waiting",
  q: "ready",
  r: "running",
  t: "retrying",
  s: "succeeded",
  f: "failed",
  k: "skipped",
  u: "upstream_failed",
  c: "cancelled",
} as const satisfies Record<string, TaskStatus>;

export type Cell = keyof typeof CELLS;

/** Return what a character stands for, undefined where the task is absent. */
export function statusOf(cell: string | undefined): TaskStatus | undefined {
  return cell !== undefined && cell in CELLS ? CELLS[cell as Cell] : undefined;
}

/** What things are called in a run: tasks, what happened to them, why they failed. */

import type { RunEvent } from "@/core/events";
import { firstLine, tell } from "@/core/words";

/** Returns the name of a task, and its id where it has no other. */
export type NameOf = (taskId: string) => string;

export function namesOf(tasks: readonly { readonly task_id: string; readonly name: string }[]): NameOf {
  const names = new Map(tasks.map(({ task_id, name }) => [task_id, name]));
  return (taskId) => names.get(taskId) || taskId;
}

/** Return what an event says as one line, tasks by their names. */
export function eventLine(event: RunEvent, nameOf: NameOf): string {
  return tell(event)
    .map((part) => (typeof part === "string" ? part : nameOf(part.task)))
    .join("");
}

/** Return `exit code 3`, or what the error says in its first line; empty where there is none. */
export function causeOfFailure(
  error: { readonly kind: string; readonly message: string } | null,
  exitCode: number | null,
): string {
  if (error === null) return exitCode === null || exitCode === 0 ? "" : `exit code ${exitCode}`;
  if (error.kind === "exit" && exitCode !== null) return `exit code ${exitCode}`;
  return firstLine(error.message) || error.kind;
}

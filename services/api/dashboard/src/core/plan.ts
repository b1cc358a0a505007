/**
 * What of a definition the history of a run is read by: its tasks, in the order written, and their
 * dependencies.
 */

export interface TaskOutline {
  readonly task_id: string;
  readonly dependencies: readonly string[];
  /** How often a failure is followed by another attempt; null where it is not known. */
  readonly retries: number | null;
}

/** Tasks by number, which is their place in the definition, and the numbers by id. */
export interface Plan {
  readonly tasks: readonly TaskOutline[];
  readonly number: ReadonlyMap<string, number>;
}

export function makePlan(tasks: readonly TaskOutline[]): Plan {
  return { tasks, number: new Map(tasks.map((task, number) => [task.task_id, number])) };
}

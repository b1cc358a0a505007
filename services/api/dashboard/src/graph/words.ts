import { count } from "@/lib/format";
import { STATUSES } from "@/ui/status";
import type { GraphNode, NodeState } from "./types";

/** A card in words: `Load, succeeded, attempt 1`. */
export function describe(node: GraphNode, state: NodeState | undefined): string {
  if (!state) return node.name;
  const attempt = state.attempt > 0 ? `, attempt ${state.attempt}` : "";
  return `${node.name}, ${STATUSES[state.status].label.toLowerCase()}${attempt}`;
}

/** The drawn graph in words, and how to use it without a pointer. */
export function describeCanvas(label: string, tasks: number): string {
  return `${label}: ${count(tasks)} tasks as a drawing. The task list has the same content. Arrow keys pan, plus and minus zoom, 0 shows all, Shift with an arrow goes to the next task, Enter opens it.`;
}

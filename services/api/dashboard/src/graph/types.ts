import type { Status } from "@/ui/status";

/** A task of a definition: what it is called and which tasks it waits for. */
export interface GraphNode {
  readonly id: string;
  readonly name: string;
  readonly dependencies: readonly string[];
}

/** What a task is doing at the moment that is shown. A new object where something changed, else the same one. */
export interface NodeState {
  readonly status: Status;
  readonly attempt: number;
  /** One more line for the tooltip. */
  readonly detail?: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

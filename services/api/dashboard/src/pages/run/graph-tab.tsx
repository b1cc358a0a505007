import { useMemo } from "react";
import { DagGraph, type GraphNode, type NodeState } from "@/graph";
import { useOpenTask } from "./data/use-open-task";
import type { RunView } from "./view";
import { nodeStates } from "./words/node-states";

interface Props {
  view: RunView;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}

/** The graph of the run, each task as it stands at the moment. */
export default function RunGraph({ view, selected, onSelect }: Props) {
  const { detail, run } = view;
  const nodes = useMemo<readonly GraphNode[]>(
    () => detail.tasks.map(({ task_id, name, dependencies }) => ({ id: task_id, name, dependencies })),
    [detail],
  );
  const states = useMemo<ReadonlyMap<string, NodeState>>(() => nodeStates(run), [run]);
  const onOpen = useOpenTask(detail.run_id);
  return (
    <DagGraph
      nodes={nodes}
      states={states}
      selected={selected}
      onSelect={onSelect}
      onOpen={onOpen}
      label={`Graph of the run's ${nodes.length} tasks`}
    />
  );
}

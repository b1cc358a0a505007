import type { Attempt } from "@/core/lanes";
import type { RunView } from "../view";
import { Part } from "./part";

interface Props {
  view: RunView;
  taskId: string;
  attempt: Attempt;
}

export function TaskLog({ taskId, attempt }: Props) {
  return <Part title="Log">{`${taskId} ${attempt.attempt}`}</Part>;
}

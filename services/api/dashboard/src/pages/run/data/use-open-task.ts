import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

/** Return how to open the page of a task. */
export function useOpenTask(runId: string): (taskId: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (taskId) => void navigate({ to: "/ui/runs/$runId/tasks/$taskId", params: { runId, taskId } }),
    [navigate, runId],
  );
}

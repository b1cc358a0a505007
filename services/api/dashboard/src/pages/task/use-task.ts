import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { hasEnded } from "@/lib/runs";
import { useThrottled } from "@/lib/use-throttled";
import { RUN_EVENTS, useLive } from "@/live/use-live";
import { concerns } from "./concerns";

const FOLLOWED = [...RUN_EVENTS, "LogForked"] as const;
const AT_MOST_EVERY_MS = 250;

/** One task of a run, read anew (one call) when the run's events say that it changed. */
export function useTask(runId: string, taskId: string) {
  const query = useQuery({
    queryKey: ["task", runId, taskId],
    queryFn: () =>
      body(
        api.GET("/runs/{run_id}/tasks/{task_id}", { params: { path: { run_id: runId, task_id: taskId } } }),
      ),
  });
  const { data, refetch } = query;
  const again = useThrottled(() => void refetch({ cancelRefetch: true }), AT_MOST_EVERY_MS);
  // Nothing happens any more in a run that has ended: its history need not be told after the task's last event.
  const live = data && !hasEnded({ status: data.run_status });
  const partition = runId.slice(runId.lastIndexOf("-") + 1);
  useLive({ runId }, live ? `${partition}:${data.run_seq}` : null, FOLLOWED, {
    receive: (batch) => {
      if (batch.some((message) => concerns(message, taskId))) again();
    },
    renew: async () => {
      const { data: task } = await refetch({ throwOnError: true });
      return task ? `${partition}:${task.run_seq}` : null;
    },
  });
  return query;
}

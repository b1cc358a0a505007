import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";

export interface Wanted {
  dagId: string;
  name: string;
  /** The same key again starts no second run. */
  key?: string;
}

/**
 * Start a run of a DAG; say so with a link, or `open` it at once. Resolves to whether it was taken: what went wrong
 * has been shown by then.
 */
export function useStart(): (wanted: Wanted, open: boolean) => Promise<boolean> {
  const navigate = useNavigate();
  return useCallback(
    async ({ dagId, name, key }, open) => {
      try {
        const run = await body(
          api.POST("/dags/{dag_id}/run", {
            params: { path: { dag_id: dagId }, header: key ? { "idempotency-key": key } : {} },
          }),
        );
        const show = () => void navigate({ to: "/ui/runs/$runId", params: { runId: run.run_id } });
        if (open) show();
        else toast.success(`${name} is started`, { action: { label: "Open the run", onClick: show } });
        return true;
      } catch (error) {
        toast.error(asError(error).message);
        return false;
      }
    },
    [navigate],
  );
}

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import type { DagGrid, VersionEntry } from "@/api/types";
import { readEvent } from "@/core/events";
import type { Message } from "@/live/stream";
import { ALL_EVENTS, useLive } from "@/live/use-live";
import { usePatched } from "@/live/use-patched";
import { appendGrid, patchGrid } from "./grid";

const PAGE = 100;

/** The versions of a DAG, the current one first. They say all that the head of the page shows. */
export function useVersions(dagId: string) {
  return useQuery({
    queryKey: ["dag", dagId, "versions"],
    queryFn: ({ signal }) =>
      body(api.GET("/dags/{dag_id}/versions", { params: { path: { dag_id: dagId } }, signal })),
  });
}

function readGrid(dagId: string, cursor: string): Promise<DagGrid> {
  const query = { limit: PAGE, ...(cursor && { cursor }) };
  return body(api.GET("/dags/{dag_id}/grid", { params: { path: { dag_id: dagId }, query } }));
}

/** The last runs of a DAG, task by task, kept true by the events of its runs; `loadMore` adds older ones. */
export function useGrid(dagId: string, current: VersionEntry | undefined) {
  const client = useQueryClient();
  const key = useMemo(() => ["dag", dagId, "grid"], [dagId]);
  const query = useQuery({ queryKey: key, queryFn: () => readGrid(dagId, "") });
  /** Whether there was something of a run that the grid cannot show before it is read anew. */
  const unknown = useRef(false);
  const bring = usePatched<DagGrid>(key, query.isFetching, (grid, batch) => {
    const events = batch.filter(isOfRun).map(({ data }) => readEvent(JSON.parse(data)));
    const patched = patchGrid(grid, events, current);
    unknown.current ||= patched.unknown;
    return patched.grid;
  });
  useLive({ dagId }, query.data?.position ?? null, ALL_EVENTS, (batch) => {
    if (batch.some(({ type }) => type === "DagRegistered")) {
      void client.invalidateQueries({ queryKey: ["dag", dagId] });
    }
    // What is shown may be gone from the log: it is read anew, and not patched any more.
    if (batch.some(({ type }) => type === "LogForked")) void client.resetQueries({ queryKey: key });
    bring(batch);
    if (!unknown.current) return;
    unknown.current = false;
    void client.invalidateQueries({ queryKey: key }, { cancelRefetch: false });
  });
  return { ...query, loadMore: useLoadMore(dagId, key, query.data?.next_cursor ?? null) };
}

function isOfRun({ type }: Message): boolean {
  return type !== "DagRegistered" && type !== "LogForked";
}

/** Fetches the next page, one at a time, and puts it behind whatever the grid is by then. */
function useLoadMore(dagId: string, key: readonly string[], cursor: string | null): () => void {
  const client = useQueryClient();
  const busy = useRef(false);
  return useCallback(() => {
    if (cursor === null || busy.current) return;
    busy.current = true;
    readGrid(dagId, cursor)
      .then((page) => client.setQueryData<DagGrid>(key, (grid) => grid && appendGrid(grid, page)))
      .catch((error: unknown) => toast.error(asError(error).message))
      .finally(() => {
        busy.current = false;
      });
  }, [client, dagId, key, cursor]);
}

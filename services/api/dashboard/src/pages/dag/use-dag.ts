import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import type { DagGrid, VersionEntry } from "@/api/types";
import { readEvent } from "@/core/events";
import { type Patches, usePatches } from "@/live/patches";
import type { Message } from "@/live/stream";
import { ALL_EVENTS, useLive } from "@/live/use-live";
import { appendGrid, patchGrid } from "./grid";
import { FIRST_RUNS, readGrid } from "./grid-pages";

/** The versions of a DAG, the current one first. They say all that the head of the page shows. */
export function useVersions(dagId: string) {
  return useQuery({
    queryKey: ["dag", dagId, "versions"],
    queryFn: ({ signal }) =>
      body(api.GET("/dags/{dag_id}/versions", { params: { path: { dag_id: dagId } }, signal })),
  });
}

function readPage(dagId: string, cursor: string, limit: number, signal?: AbortSignal): Promise<DagGrid> {
  const query = { limit, ...(cursor && { cursor }) };
  const params = { path: { dag_id: dagId }, query };
  return body(api.GET("/dags/{dag_id}/grid", { params, ...(signal && { signal }) }));
}

/** The last runs of a DAG, task by task, kept true by the events of its runs; `loadMore` adds older ones. */
export function useGrid(dagId: string, current: VersionEntry | undefined) {
  const client = useQueryClient();
  const key = useMemo(() => ["dag", dagId, "grid"], [dagId]);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => {
      const shown = () => client.getQueryData<DagGrid>(key)?.runs.length ?? 0;
      return readGrid((cursor, limit) => readPage(dagId, cursor, limit, signal), shown);
    },
  });
  const patches = usePatches<DagGrid>(key, (grid, batch) => {
    const events = batch.filter(isOfRun).map(({ data }) => readEvent(JSON.parse(data)));
    const patched = patchGrid(grid, events, current);
    if (patched.unknown) void client.invalidateQueries({ queryKey: key });
    return patched.grid;
  });
  useLive({ dagId }, query.data?.position ?? null, ALL_EVENTS, {
    receive: (batch) => {
      const registered = batch.some(({ type }) => type === "DagRegistered");
      const forked = batch.some(({ type }) => type === "LogForked");
      if (registered || forked) void client.invalidateQueries({ queryKey: ["dag", dagId, "versions"] });
      // The tasks of the current version come first in a grid. After a fork it is read anew in any case.
      if (registered && !forked) void client.invalidateQueries({ queryKey: key });
      patches.take(batch);
    },
    renew: async () => {
      await client.invalidateQueries({ queryKey: ["dag", dagId] }, { throwOnError: true });
      return client.getQueryData<DagGrid>(key)?.position ?? null;
    },
  });
  return { ...query, loadMore: useLoadMore(dagId, patches, query.data?.next_cursor ?? null) };
}

function isOfRun({ type }: Message): boolean {
  return type !== "DagRegistered" && type !== "LogForked";
}

/** Fetches the next page, one at a time, and puts it behind whatever the grid is by then. */
function useLoadMore(dagId: string, patches: Patches<DagGrid>, cursor: string | null): () => void {
  const busy = useRef(false);
  return useCallback(() => {
    if (cursor === null || busy.current) return;
    busy.current = true;
    // A grid that was read anew meanwhile may end elsewhere: the page would not follow on it.
    patches
      .join(readPage(dagId, cursor, FIRST_RUNS), (grid, page) =>
        grid.next_cursor === cursor ? appendGrid(grid, page) : grid,
      )
      .catch((error: unknown) => toast.error(asError(error).message))
      .finally(() => {
        busy.current = false;
      });
  }, [dagId, patches, cursor]);
}

import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { api, body } from "@/api/client";
import type { RunEntry, RunList } from "@/api/types";
import { usePatches } from "@/live/patches";
import type { Message } from "@/live/stream";
import { DIGEST, useLive } from "@/live/use-live";
import { type Filter, kept, patch } from "./runs-list";

const PAGE = 100;

/** The runs that match, page by page, and kept true by the live stream. */
export function useRuns(filter: Filter) {
  const key = ["runs", filter];
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) =>
      body(api.GET("/runs", { params: { query: { ...asQuery(filter), cursor: pageParam } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const position = query.data?.pages[0]?.position ?? null;
  const topic = { digest: true, ...(filter.dag && { dagId: filter.dag }) };
  const patches = usePatches<InfiniteData<RunList>>(key, (data, batch) => {
    const changed = batch.filter(({ type }) => type === "Run").map(readRun);
    return changed.length ? patchPages(data, changed, filter) : data;
  });
  useLive(topic, position, DIGEST, {
    receive: (batch) => patches.take(batch),
    renew: async () => (await query.refetch({ throwOnError: true })).data?.pages[0]?.position ?? null,
  });
  return { ...query, runs: query.data?.pages.flatMap((page) => page.runs) ?? [] };
}

function readRun({ data }: Message): RunEntry {
  return JSON.parse(data) as RunEntry;
}

/** All pages are patched as one list, which stays in the first page; the last one keeps the cursor for what follows. */
function patchPages(
  data: InfiniteData<RunList>,
  changed: readonly RunEntry[],
  filter: Filter,
): InfiniteData<RunList> {
  const runs = data.pages.flatMap((page) => page.runs);
  const next = patch(runs, changed, filter, data.pages.at(-1)?.next_cursor === null);
  if (next === runs) return data;
  const { runs: shown, cursor } = kept(next, data.pages.length * PAGE);
  const last = data.pages.length - 1;
  const pages = data.pages.map((page, index) => ({
    ...page,
    runs: index === 0 ? [...shown] : [],
    next_cursor: index === last && cursor !== undefined ? cursor : page.next_cursor,
  }));
  return { ...data, pages };
}

function asQuery(filter: Filter) {
  return {
    limit: PAGE,
    ...(filter.statuses.length && { status: [...filter.statuses] }),
    ...(filter.dag && { dag_id: filter.dag }),
    ...(filter.search && { search: filter.search }),
    ...(filter.after && { created_after: filter.after }),
    ...(filter.before && { created_before: filter.before }),
  };
}

/** Which runs are marked; marks of runs that left the list are dropped. */
export function useSelection(runs: readonly RunEntry[]) {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setMarked((before) => {
      const here = new Set(runs.map((run) => run.run_id));
      const kept = [...before].filter((id) => here.has(id));
      return kept.length === before.size ? before : new Set(kept);
    });
  }, [runs]);
  const toggle = useCallback((ids: readonly string[], on: boolean) => {
    setMarked((before) => {
      const next = new Set(before);
      for (const id of ids) on ? next.add(id) : next.delete(id);
      return next;
    });
  }, []);
  return { marked, toggle };
}

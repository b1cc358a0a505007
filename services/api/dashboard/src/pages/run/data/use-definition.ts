import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "@/api/client";
import type { RunDetail } from "@/api/types";
import type { Retries } from "@/core/why";

/** Read the definition that the run executes, once for ever: a version never changes. */
function useDefinition({ dag_id, dag_version }: RunDetail) {
  return useQuery({
    queryKey: ["dag", dag_id, "version", dag_version],
    queryFn: () =>
      body(api.GET("/dags/{dag_id}", { params: { path: { dag_id }, query: { version: dag_version } } })),
    refetchOnMount: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

/** Return how often each task may be retried; undefined until the definition is here. */
export function useRetries(detail: RunDetail): Retries | undefined {
  const { data } = useDefinition(detail);
  return useMemo(
    () => data && new Map(Object.entries(data.tasks).map(([id, { retries }]) => [id, retries])),
    [data],
  );
}

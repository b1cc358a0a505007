import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "@/api/client";
import type { RunDetail } from "@/api/types";
import type { Retries } from "@/core/why";

/** Return how often each task may be retried, read once: a version never changes. Undefined until it is here. */
export function useRetries({ dag_id, dag_version }: RunDetail): Retries | undefined {
  const { data } = useQuery({
    queryKey: ["dag", dag_id, "version", dag_version],
    queryFn: () =>
      body(api.GET("/dags/{dag_id}", { params: { path: { dag_id }, query: { version: dag_version } } })),
    refetchOnMount: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(
    () => data && new Map(Object.entries(data.tasks).map(([id, { retries }]) => [id, retries])),
    [data],
  );
}

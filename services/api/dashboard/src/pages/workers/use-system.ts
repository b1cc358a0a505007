import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { Figures, SystemState } from "@/api/types";
import { DIGEST, useLive } from "@/live/use-live";

const KEY = ["system"];
const TOPIC = { digest: true };
/** Workers announce themselves every five seconds, and how partitions fare is no event: both are asked for. */
const LOOK_AGAIN_MS = 5000;

/** Workers, schedulers, partitions and the server; figures are live, the rest is looked at again every few seconds. */
export function useSystem() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => body(api.GET("/system", { signal })),
    refetchInterval: LOOK_AGAIN_MS,
  });
  useLive(TOPIC, query.data?.position ?? null, DIGEST, (batch) => {
    const last = batch.findLast(({ type }) => type === "Figures");
    if (!last) return;
    const figures = JSON.parse(last.data) as Figures;
    client.setQueryData<SystemState>(KEY, (state) => state && { ...state, figures });
  });
  return query;
}

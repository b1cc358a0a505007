import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { Figures, SystemState } from "@/api/types";
import { usePatches } from "@/live/patches";
import type { Message } from "@/live/stream";
import { DIGEST, useLive } from "@/live/use-live";

const KEY = ["system"];
const TOPIC = { digest: true };
/** Workers announce themselves every five seconds, and how partitions fare is no event: both are asked for. */
const LOOK_AGAIN_MS = 5000;

/** Workers, schedulers, partitions and the server; figures are live, the rest is looked at again every few seconds. */
export function useSystem() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => body(api.GET("/system", { signal })),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const patches = usePatches<SystemState>(KEY, patchSystem);
  useLive(TOPIC, query.data?.position ?? null, DIGEST, {
    receive: (batch) => patches.take(batch),
    renew: async () => (await query.refetch({ throwOnError: true })).data?.position ?? null,
  });
  return query;
}

function patchSystem(state: SystemState, batch: readonly Message[]): SystemState {
  const last = batch.findLast(({ type }) => type === "Figures");
  const figures = last && (JSON.parse(last.data) as Figures);
  return figures && figures.at > state.figures.at ? { ...state, figures } : state;
}

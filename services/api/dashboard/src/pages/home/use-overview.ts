import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { Overview } from "@/api/types";
import { useThrottled } from "@/lib/use-throttled";
import { usePatches } from "@/live/patches";
import { DIGEST, useLive } from "@/live/use-live";
import { patchOverview } from "./patch";

const KEY = ["overview"];
const TOPIC = { digest: true };
/** Workers and schedulers say how they fare every few seconds; nothing of that is in the log. */
const LOOK_AGAIN_MS = 10_000;
/** Many DAGs may be registered in a row. */
const AT_MOST_EVERY_MS = 1000;

/** All that the home page shows: one call, then the digest stream. */
export function useOverview() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => body(api.GET("/overview", { signal })),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const again = useThrottled(() => void query.refetch(), AT_MOST_EVERY_MS);
  const patches = usePatches<Overview>(KEY, patchOverview);
  useLive(TOPIC, query.data?.position ?? null, DIGEST, {
    receive: (batch) => {
      if (batch.some(({ type }) => type === "Dag")) again();
      patches.take(batch);
    },
    renew: async () => (await query.refetch({ throwOnError: true })).data?.position ?? null,
  });
  return query;
}

import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { DagRunsList } from "@/api/types";
import { usePatches } from "@/live/patches";
import { DIGEST, useLive } from "@/live/use-live";
import { patchDags, SHOWN_RUNS } from "./patch";

const KEY = ["dags"];
const DIGEST_TOPIC = { digest: true };

/** Every DAG with its last runs, kept true by the digest stream. */
export function useDags() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      const listed = api.GET("/dags", { params: { query: { runs: SHOWN_RUNS } }, signal });
      // The answer to `runs` is always the one with the runs.
      return (await body(listed)) as DagRunsList;
    },
  });
  const patches = usePatches<DagRunsList>(KEY, patchDags);
  useLive(DIGEST_TOPIC, query.data?.position ?? null, DIGEST, {
    receive: (batch) => patches.take(batch),
    renew: async () => (await query.refetch({ throwOnError: true })).data?.position ?? null,
  });
  return query;
}

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import type { Message } from "./stream";

/**
 * Return how to bring a batch into what a page has read.
 *
 * An answer that is under way may be older than what the stream says meanwhile, and replaces all when it comes. So what
 * comes while something is read is brought in once more afterwards; entries know by their `seq` what they have already.
 */
export function usePatched<T>(
  key: QueryKey,
  fetching: boolean,
  patch: (data: T, batch: readonly Message[]) => T,
): (batch: readonly Message[]) => void {
  const client = useQueryClient();
  const held = useRef<Message[]>([]);
  const bring = useEffectEvent((batch: readonly Message[]) => {
    client.setQueryData<T>(key, (data) => (data === undefined ? data : patch(data, batch)));
  });
  useEffect(() => {
    if (fetching || held.current.length === 0) return;
    const batch = held.current;
    held.current = [];
    bring(batch);
  }, [fetching]);
  return (batch) => {
    if (client.getQueryState(key)?.fetchStatus === "fetching") held.current.push(...batch);
    client.setQueryData<T>(key, (data) => (data === undefined ? data : patch(data, batch)));
  };
}

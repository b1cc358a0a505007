/** How snapshots are fetched and kept: once per page, then the live stream keeps them true. */

import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A snapshot is never stale while its page is open, and always fetched anew when a page is opened again.
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
      refetchOnMount: "always",
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (failures, error) => error instanceof ApiError && error.passing && failures < RETRIES,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 4000),
    },
    mutations: { retry: false },
  },
});

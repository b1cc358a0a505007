/** How snapshots are fetched and kept: once per page, then the live stream keeps them true. */

import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Only an open page is kept true: a snapshot is fetched anew whenever a page is opened, or turns to another one
      // (another filter, another task), also where what it was a moment ago is still here to be shown meanwhile.
      staleTime: 0,
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

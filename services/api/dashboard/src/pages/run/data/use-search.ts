import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { run } from "@/app/search";

const route = getRouteApi("/ui/runs/$runId");

type Search = ReturnType<typeof run>;
type Change = { readonly [K in keyof Search]?: Search[K] | undefined };

/** What stands in the URL of the run, and how to change parts of it; what is undefined leaves it. */
export function useRunSearch(): [Search, (change: Change, replace?: boolean) => Promise<void>] {
  const navigate = route.useNavigate();
  const change = useCallback(
    (part: Change, replace = true) =>
      navigate({
        replace,
        resetScroll: false,
        search: (before) =>
          Object.fromEntries(
            Object.entries({ ...before, ...part }).filter(([, value]) => value !== undefined),
          ) as Search,
      }),
    [navigate],
  );
  return [route.useSearch(), change];
}

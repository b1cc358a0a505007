import { useEffect } from "react";

/**
 * Fetch a part of the page that will be drawn once its data is here: beside the data, not after it.
 *
 * A failure is told by whoever draws the part, for which it is fetched again.
 */
export function usePreload(load: false | (() => Promise<unknown>)): void {
  useEffect(() => {
    if (load) load().catch(() => undefined);
  }, [load]);
}

import { useEffect, useMemo, useReducer } from "react";
import type { History } from "@/core/history";
import type { NameOf } from "../words/names";
import { type EventFilter, EventRows } from "./filter";

/** So many events are looked at in one frame: 10,000 take some 10 ms. */
const AT_ONCE = 10_000;

/** The events that pass the filter, found over as many frames as it takes; `version` says that the history grew. */
export function useRows(
  history: History,
  nameOf: NameOf,
  version: number,
  filter: EventFilter,
): { readonly rows: EventRows; readonly searching: boolean } {
  const [round, next] = useReducer((count: number) => count + 1, 0);
  const { text, task } = filter;
  const types = filter.types.join(",");
  // By what the filter says: another object that says the same is no other search.
  const rows = useMemo(
    () => new EventRows(history, { types: types === "" ? [] : types.split(","), text, task }, nameOf),
    [history, nameOf, types, text, task],
  );
  // Looking on is the same whoever does it, so it may happen while rendering: what is new is shown at once.
  const searching = !rows.advance(AT_ONCE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every look that found no end, another
  useEffect(() => {
    if (!searching) return;
    const frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [searching, round, version, rows]);
  return { rows, searching };
}

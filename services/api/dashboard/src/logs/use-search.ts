import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { SearchRun, type SearchState } from "./search-run";
import type { LogAddress } from "./source";

interface Options {
  readonly address: LogAddress;
  readonly query: string;
  /** The last line of the log, null while that is not known. */
  readonly total: number | null;
  /** Return the line at which the reader is. */
  readonly at: () => number;
  /** A first match was found. */
  readonly onFirst: (line: number) => void;
}

export type Search = SearchState & Pick<SearchRun, "query" | "stop" | "resume">;

/** The search for `query` in a log, null while there is none. */
export function useSearch({ address, query, total, at, onFirst }: Options): Search | null {
  const [run, setRun] = useState<SearchRun | null>(null);
  const opened = total !== null;
  const begin = useEffectEvent(() => new SearchRun(address, query, at(), total ?? 0));
  useEffect(() => {
    if (!query || !opened) {
      setRun(null);
      return;
    }
    const next = begin();
    setRun(next);
    next.resume();
    return next.stop;
  }, [query, opened]);
  useEffect(() => {
    if (total !== null) run?.extend(total);
  }, [run, total]);
  const state = useSyncExternalStore(run?.state.subscribe ?? never, run?.state.get ?? nothing);
  const tell = useEffectEvent(onFirst);
  const first = state?.first ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search may begin with the same line
  useEffect(() => {
    if (first !== null) tell(first);
  }, [run, first]);
  return run && state && { ...state, query: run.query, stop: run.stop, resume: run.resume };
}

function never(): () => void {
  return () => undefined;
}

function nothing(): null {
  return null;
}

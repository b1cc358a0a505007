import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Chronicle } from "./use-history";
import { useRunSearch } from "./use-search";

const SETTLE_MS = 200;

export interface Moment {
  /** So many events have happened at the moment that is shown. */
  readonly n: number;
  /** Whether it is a moment of the past; else the present is shown, and followed. */
  readonly past: boolean;
  /** The URL names a moment of the past and its history is not here yet. */
  readonly awaited: boolean;
  /** Go to a moment; null is the present. The URL follows when it has come to rest. */
  readonly move: (n: number | null) => void;
  /** Go to the moment after an event, as a step that the browser's Back undoes. */
  readonly visit: (seq: number) => void;
}

interface Held {
  readonly n: number | null;
}

/** The moment that is shown. It stands in the URL, but a hand on the scrubber is faster than that. */
export function useMoment({ history, length, ready }: Chronicle): Moment {
  const [search, change] = useRunSearch();
  const [held, setHeld] = useState<Held | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const write = useCallback(
    async (n: number | null, replace: boolean, mine: Held | null) => {
      await change({ at: n === null ? undefined : history.seqAt(n) }, replace);
      setHeld((now) => (now === mine ? null : now));
    },
    [change, history],
  );
  const move = useCallback(
    (n: number | null) => {
      const next: Held = { n: n === null || n >= history.length ? null : Math.max(1, n) };
      setHeld(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void write(next.n, true, next), SETTLE_MS);
    },
    [history, write],
  );
  const visit = useCallback(
    (seq: number) => {
      clearTimeout(timer.current);
      setHeld(null);
      void change({ at: seq }, false);
    },
    [change],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  const asked = search.at === undefined ? null : Math.max(1, history.momentOf(search.at));
  const wanted = held === null ? asked : held.n;
  const past = ready && wanted !== null && wanted < length;
  const n = past ? wanted : length;
  const awaited = !ready && search.at !== undefined;
  return useMemo(() => ({ n, past, awaited, move, visit }), [n, past, awaited, move, visit]);
}

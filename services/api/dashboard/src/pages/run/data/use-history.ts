import { useCallback, useEffect, useMemo, useState } from "react";
import { asError } from "@/api/errors";
import type { RunDetail } from "@/api/types";
import { History } from "@/core/history";
import type { Plan } from "@/core/plan";
import { RUN_EVENTS, useLive } from "@/live/use-live";
import { FORK, loadHistory, positionOf, takeBatch } from "./load";

const FOLLOWED = [...RUN_EVENTS, FORK] as const;

/** The history as far as it is here; another object whenever there is more of it. */
export interface Chronicle {
  readonly history: History;
  readonly length: number;
  /** Everything up to the present is here, and what comes is followed. */
  readonly ready: boolean;
  readonly error: Error | null;
}

interface Reading extends Chronicle {
  readonly detail: RunDetail;
}

/**
 * Read the history of a run in the background, then follow it live. Where the log turns out to have forked,
 * `onForked` is to bring another `detail`, and everything begins anew.
 */
export function useHistory(detail: RunDetail, plan: Plan, onForked: () => void): [Chronicle, () => void] {
  const [tries, setTries] = useState(0);
  const runId = detail.run_id;
  const retry = useCallback(() => setTries((before) => before + 1), []);
  const blank = useMemo(
    () => ({ ...reading(new History(runId, plan), false), detail }),
    [runId, plan, detail],
  );
  const [kept, setKept] = useState<Reading>(blank);
  const current = kept.detail === detail ? kept : blank;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is the same again
  useEffect(() => {
    const leave = new AbortController();
    const history = new History(runId, plan);
    const show = (part: Chronicle) => !leave.signal.aborted && setKept({ ...part, detail });
    loadHistory(history, runId, leave.signal, () => show(reading(history, false))).then(
      () => show(reading(history, true)),
      (error: unknown) => show({ ...reading(history, false), error: asError(error) }),
    );
    return () => leave.abort();
  }, [runId, plan, detail, tries]);
  useLive({ runId }, current.ready ? positionOf(current.history, runId) : null, FOLLOWED, {
    receive: (batch) => {
      if (takeBatch(current.history, batch)) {
        setKept({ ...reading(current.history, true), detail });
      } else {
        // The run itself may be told as before: its history is read anew all the same. Nothing is followed meanwhile,
        // or every batch would contradict it again and have the reading begin once more.
        setKept({ ...reading(current.history, false), detail });
        onForked();
        retry();
      }
    },
    // A run has so many events and no more: those that are missing are told, however long ago they were.
    renew: async (refused) => {
      if (refused) onForked();
      return positionOf(current.history, runId);
    },
  });
  return [current, retry];
}

function reading(history: History, ready: boolean): Chronicle {
  return { history, length: history.length, ready, error: null };
}

import { useEffect, useMemo, useState } from "react";
import type { Model } from "../model";
import { computeLayout, knownLayout } from "./request";
import type { Direction, Layout } from "./types";

export type Progress = { layout: Layout } | { error: Error; retry: () => void } | { layout: null };

/** The layout of a model: at once where it is known, else when the worker is done. */
export function useLayout(model: Model, direction: Direction): Progress {
  const job = useMemo(
    () => ({
      structure: { count: model.count, from: model.from, to: model.to },
      card: model.card,
      direction,
    }),
    [model, direction],
  );
  const known = useMemo(() => knownLayout(job), [job]);
  const [attempt, setAttempt] = useState(0);
  const [done, setDone] = useState<{ job: object; result: Layout | Error } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the same work again
  useEffect(() => {
    if (known || job.structure.count === 0) return;
    const control = new AbortController();
    const tell = (result: Layout | Error) => {
      if (!control.signal.aborted) setDone({ job, result });
    };
    computeLayout(job, control.signal).then(tell, (error: unknown) =>
      tell(error instanceof Error ? error : new Error(String(error))),
    );
    return () => control.abort();
  }, [job, known, attempt]);
  if (known) return { layout: known };
  if (done?.job !== job) return { layout: null };
  if (!(done.result instanceof Error)) return { layout: done.result };
  const retry = () => {
    setDone(null);
    setAttempt((count) => count + 1);
  };
  return { error: done.result, retry };
}

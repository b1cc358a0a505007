import { useEffect, useMemo, useState } from "react";
import type { History } from "@/core/history";
import { serverNow } from "@/lib/clock";
import { hasEnded } from "@/lib/runs";
import { IdleTimes } from "./idle";
import { straight, type Warp, withoutGaps } from "./warp";

export interface RunTime {
  /** Until when what goes on has lasted, at the moment shown (ms since the epoch). */
  readonly now: number;
  /** When the run started, or was requested if it has not: the 0 of the axis. */
  readonly zero: number;
  readonly warp: Warp;
}

const TICK_MS = 500;

/** The time of a run: as long as it goes on and its present is shown, it moves on without events too. */
export function useRunTime(history: History, moment: number, compact: boolean): RunTime {
  const present = moment === history.length;
  const live = present && history.length > 0 && !hasEnded(history.stateAt(moment));
  const clock = useClock(live);
  const now = live ? Math.max(clock, history.timeAt(moment)) : history.timeAt(moment);
  const requested = history.markAt("RunRequested", history.length)?.at ?? history.timeAt(0);
  const zero = history.markAt("RunStarted", history.length)?.at ?? requested;
  // The chart is as long as the history, whatever moment is shown: going through it moves no bar.
  const end = Math.max(now, history.timeAt(history.length));
  const idle = useMemo(() => new IdleTimes(history), [history]);
  const gaps = compact ? idle.now() : NONE;
  const many = gaps.length;
  const warp = useMemo(() => {
    const whole = { from: requested, to: end };
    return many > 0 ? withoutGaps(whole, gaps) : straight(whole);
  }, [requested, end, gaps, many]);
  return { now, zero, warp };
}

const NONE: readonly never[] = [];

/** The present, moving on while `runs`. */
function useClock(runs: boolean): number {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    if (!runs) return;
    setNow(serverNow());
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}

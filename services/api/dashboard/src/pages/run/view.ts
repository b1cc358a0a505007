/** What all parts of the page show: the run at a moment. */

import { useMemo } from "react";
import type { RunDetail } from "@/api/types";
import type { History } from "@/core/history";
import type { RunSnapshot } from "@/core/state";
import { hasEnded } from "@/lib/runs";
import { useNow } from "@/ui/time";
import { planOf, snapshotOf } from "./data/snapshot";
import { type Chronicle, useHistory } from "./data/use-history";
import { type Moment, useMoment } from "./data/use-moment";
import { type NameOf, namesOf } from "./words/names";

export interface RunView {
  readonly detail: RunDetail;
  readonly nameOf: NameOf;
  /** The run at the moment that is shown. */
  readonly run: RunSnapshot;
  /** Null until it is here as a whole. */
  readonly history: History | null;
  readonly chronicle: Chronicle;
  readonly retry: () => void;
  readonly moment: Moment;
}

export function useRunView(detail: RunDetail, onForked: () => void): RunView {
  const plan = useMemo(() => planOf(detail), [detail]);
  const nameOf = useMemo(() => namesOf(detail.tasks), [detail]);
  const told = useMemo(() => snapshotOf(detail, plan), [detail, plan]);
  const [chronicle, retry] = useHistory(detail, plan, onForked);
  const moment = useMoment(chronicle);
  const history = chronicle.ready ? chronicle.history : null;
  // Of a run that was only requested there is no event yet: the answer knows more than the history.
  const run = history !== null && moment.n > 0 ? history.stateAt(moment.n) : told;
  return useMemo(
    () => ({ detail, nameOf, run, history, chronicle, retry, moment }),
    [detail, nameOf, run, history, chronicle, retry, moment],
  );
}

/** Return until when (ms) what goes on has lasted: the moment shown or, while a run is followed, now. */
export function useUntil({ history, run, moment }: Pick<RunView, "history" | "run" | "moment">): number {
  const now = useNow();
  const then = history === null ? 0 : history.timeAt(moment.n);
  if (moment.past) return then;
  return hasEnded(run) ? run.finished_at || then : Math.max(then, now);
}

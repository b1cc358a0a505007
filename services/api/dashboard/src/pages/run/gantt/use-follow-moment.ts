import { useEffectEvent, useLayoutEffect } from "react";
import { scrollFor, scrollTo } from "../rows/follow";
import type { ChartProps } from "./chart";

/**
 * Keep the task in view to which something happened last, while somebody goes through the history: not at the present
 * of a run, where that changes all the time, nor where somebody looks at one task or at the critical path.
 */
export function useFollowMoment({ run, history, rows, path, selected, frame }: ChartProps): void {
  const { box, height, shape } = frame;
  const { rowHeight } = shape;
  const moment = run.moment.n;
  const follow = useEffectEvent(() => {
    const list = box.current;
    const event = history.events[moment - 1];
    if (list === null || event === undefined || !("task_id" in event)) return;
    if (moment === history.length || selected !== undefined || path.length > 0) return;
    const row = rows.indexOf(history.plan.number.get(event.task_id) ?? -1);
    if (row < 0) return;
    const view = { top: list.scrollTop, height: list.clientHeight };
    const top = scrollFor(view, { top: row * rowHeight, height: rowHeight });
    if (top !== null) scrollTo(list, top);
  });
  const laidOut = height > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say when, the effect event says what
  useLayoutEffect(() => follow(), [moment, rowHeight, laidOut]);
}

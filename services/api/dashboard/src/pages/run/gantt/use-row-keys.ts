import { type KeyboardEvent, useEffectEvent, useLayoutEffect } from "react";
import { isInView, scrollFor, scrollTo } from "../rows/follow";
import { rowByKey } from "../rows/keys";
import type { ChartProps } from "./chart";

/** The keys of the chart: up and down pick a task, Enter opens it, + − 0 zoom. A task that is picked is in view. */
export function useRowKeys(
  { history, rows, selected, onSelect, view, frame: { box, height, shape } }: ChartProps,
  onOpen: (taskId: string) => void,
) {
  const { rowHeight } = shape;
  const number = selected === undefined ? undefined : history.plan.number.get(selected);
  const at = () => (number === undefined ? -1 : rows.indexOf(number));
  const reveal = useEffectEvent(() => {
    const element = box.current;
    const row = at();
    if (element === null || row < 0 || element.clientHeight === 0) return;
    const place = { top: row * rowHeight, height: rowHeight };
    const view = { top: element.scrollTop, height: element.clientHeight };
    const whole = { top: place.top + rowHeight / 2, height: 1 };
    const top = isInView(view, whole) ? null : scrollFor(view, place);
    if (top !== null) scrollTo(element, top);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say when, the effect event says what
  useLayoutEffect(() => reveal(), [selected, rowHeight]);
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const to = rowByKey(event.key, at(), rows.length, page);
    const taskId = to === null ? undefined : history.plan.tasks[rows[to] ?? -1]?.task_id;
    if (taskId !== undefined) onSelect(taskId);
    else if (event.key === "Enter" && selected !== undefined) onOpen(selected);
    else if (event.key === "+") view.zoomBy(0.5);
    else if (event.key === "-") view.zoomBy(2);
    else if (event.key === "0") view.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

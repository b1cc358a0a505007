import { type RefObject, useEffectEvent, useLayoutEffect, useRef } from "react";
import { isInView, scrollFor, scrollTo, type View } from "../rows/follow";
import type { EventRows } from "./filter";

interface Followed {
  readonly box: RefObject<HTMLElement | null>;
  readonly rows: EventRows;
  readonly searching: boolean;
  readonly moment: number;
  /** How many events there are: at this moment the present is shown. */
  readonly length: number;
  /** Of a row that is not open. */
  readonly rowHeight: number;
  readonly placeOf: (row: number) => View | undefined;
}

/**
 * Keep the row at the moment in view: whenever somebody goes to another moment. Where the moment only moves on
 * because the run does, who has scrolled away is left where they are.
 */
export function useFollow({ box, rows, searching, moment, length, rowHeight, placeOf }: Followed): void {
  const last = useRef({ moment: -1, length: -1, rows });
  const follow = useEffectEvent(() => {
    const list = box.current;
    const before = last.current;
    last.current = { moment, length, rows };
    const place = placeOf(Math.max(0, rows.rowAt(moment)));
    if (list === null || place === undefined) return;
    const view = { top: list.scrollTop, height: list.clientHeight };
    const live = before.rows === rows && before.moment === before.length && moment === length;
    const seen = live ? placeOf(Math.max(0, rows.rowAt(before.moment))) : undefined;
    if (seen !== undefined && before.moment < moment && !isInView(view, seen)) return;
    const top = scrollFor(view, place);
    if (top !== null) scrollTo(list, top);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say when, the effect event says what
  useLayoutEffect(() => follow(), [moment, rows, searching, rowHeight]);
}

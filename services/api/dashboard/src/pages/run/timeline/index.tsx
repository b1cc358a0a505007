import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { RunEvent } from "@/core/events";
import type { History } from "@/core/history";
import { originOf } from "@/core/words";
import { useSize } from "@/lib/use-size";
import { Empty } from "@/ui/notices";
import { rowByKey } from "../rows/keys";
import { usePool } from "../rows/use-pool";
import type { NameOf } from "../words/names";
import { detailHeight } from "./detail";
import { type EventFilter, type EventRows, TypeCounts } from "./filter";
import { FilterBar } from "./filter-bar";
import { EventRow, ROW, type RowActions, TALL_ROW } from "./row";
import { useFollow } from "./use-follow";
import { useRows } from "./use-rows";

export type { EventFilter } from "./filter";

interface Props {
  history: History;
  nameOf: NameOf;
  /** Changes when the history grew. */
  version: number;
  /** After so many events. */
  moment: number;
  onMoment: (moment: number) => void;
  onSelect: (taskId: string) => void;
  filter: EventFilter;
  onFilter: (filter: EventFilter) => void;
  /** Gives the list its least and greatest height. */
  className?: string;
}

/** Every event of a run in words, the one at the moment marked, what came later dimmed. */
export function EventTimeline(props: Props) {
  const { history, nameOf, version, filter, onFilter } = props;
  const { rows, searching } = useRows(history, nameOf, version, filter);
  const counts = useMemo(() => new TypeCounts(history), [history]);
  return (
    <div className="flex h-full flex-col">
      <FilterBar
        filter={filter}
        nameOf={nameOf}
        onFilter={onFilter}
        counts={counts.now()}
        shown={rows.length}
        total={history.length}
        searching={searching}
      />
      <EventList {...props} rows={rows} searching={searching} />
    </div>
  );
}

const NARROW = 700;

function EventList(props: Props & { rows: EventRows; searching: boolean }) {
  const { history, moment, rows, searching, className = DEFAULT_HEIGHT } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [open, toggle] = useToggles();
  const narrow = width > 0 && width < NARROW;
  const rowHeight = narrow ? TALL_ROW : ROW;
  const list = useEventVirtualizer(props, box, open, rowHeight);
  const placeOf = (row: number) => {
    const place = list.measurementsCache[row];
    return place && { top: place.start, height: rowHeight };
  };
  useFollow({ box, rows, searching, moment, length: history.length, rowHeight, placeOf });
  const actions = useActions(props, toggle);
  const at = rows.rowAt(moment);
  const exact = rows.positionAt(at) === moment - 1;
  const items = list.getVirtualItems();
  const pool = usePool(items.length);
  const faults = useMemo(() => new Map<number, string>(), []);
  for (const { position, message } of history.faults) faults.set(position, message);
  const onKeyDown = (press: KeyboardEvent<HTMLDivElement>) => {
    if (press.target !== press.currentTarget || press.ctrlKey || press.metaKey || press.altKey) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1);
    const to = rowByKey(press.key, exact ? at : at + 0.5, rows.length, page);
    if (to !== null) actions.goTo(rows.positionAt(to));
    else if (press.key === "Enter" && at >= 0) toggle(rows.positionAt(at));
    else return;
    press.preventDefault();
    press.stopPropagation();
  };
  return (
    <div
      ref={box}
      role="grid"
      // The keys of a grid belong to the grid, not to its thousands of rows.
      tabIndex={0}
      aria-label="Events of the run"
      aria-rowcount={rows.length}
      aria-activedescendant={items.some((item) => item.index === at) ? rowId(rows.positionAt(at)) : undefined}
      onKeyDown={onKeyDown}
      data-testid="timeline"
      className={clsx("relative overflow-y-auto focus-visible:-outline-offset-2", className)}
      // As high as all events together, so that it does not move while they are filtered.
      style={{ height: history.length * rowHeight }}
    >
      {rows.length === 0 && !searching && <NoRows {...props} />}
      <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const position = rows.positionAt(index);
          const event = history.events[position];
          if (event === undefined) return null;
          return (
            <div
              key={index % pool}
              id={rowId(position)}
              role="row"
              aria-rowindex={index + 1}
              aria-selected={exact && index === at}
              data-seq={event.seq}
              data-future={index > at || undefined}
              className={clsx(
                "group absolute inset-x-0 border-b data-future:text-dim",
                !exact && index === at ? "border-accent" : "border-line/60",
              )}
              style={{ top: start }}
            >
              <EventRow
                event={event}
                nameOf={props.nameOf}
                before={history.events[rows.positionAt(index - 1)]}
                position={position}
                present={exact && index === at}
                narrow={narrow}
                open={open.has(position)}
                fault={faults.get(position)}
                cause={causeOf(history, event)}
                actions={actions}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const DEFAULT_HEIGHT = "min-h-80 max-h-[max(20rem,calc(100vh-20rem))]";

function NoRows({ history }: Props) {
  if (history.length === 0)
    return <Empty title="Nothing has happened yet">The first event comes when the run is accepted.</Empty>;
  return <Empty title="No event matches">Clear the filters above to see the others.</Empty>;
}

function useEventVirtualizer(
  { history, rows }: Props & { rows: EventRows },
  box: RefObject<HTMLDivElement | null>,
  open: ReadonlySet<number>,
  height: number,
) {
  // Another function tells the list to measure anew; so it is one as long as no row changes its place or height.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights depend on what is open
  const getItemKey = useCallback((row: number) => rows.positionAt(row), [rows, open, height]);
  return useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (row) => {
      const position = rows.positionAt(row);
      const event = open.has(position) ? history.events[position] : undefined;
      return height + (event === undefined ? 0 : detailHeight(event));
    },
    overscan: 5,
    getItemKey,
  });
}

/** What a row can do, the same object at every moment, so that rows that do not change need not be drawn again. */
function useActions(props: Props, toggle: (position: number) => void): RowActions {
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  return useMemo(
    () => ({
      goTo: (position) => latest.current.onMoment(position + 1),
      goToSeq: (seq) => latest.current.onMoment(latest.current.history.momentOf(seq)),
      select: (taskId) => latest.current.onSelect(taskId),
      toggle,
    }),
    [toggle],
  );
}

/** The rows that are open, by position. */
function useToggles(): [ReadonlySet<number>, (position: number) => void] {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = useCallback((position: number) => {
    setOpen((last) => {
      const next = new Set(last);
      if (!next.delete(position)) next.add(position);
      return next;
    });
  }, []);
  return [open, toggle];
}

function causeOf(history: History, event: RunEvent): RunEvent | undefined {
  const origin = originOf(event);
  return origin?.kind === "event" ? history.eventOf(origin.seq) : undefined;
}

function rowId(position: number): string {
  return `event-${position}`;
}

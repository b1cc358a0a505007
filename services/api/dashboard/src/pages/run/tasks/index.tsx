import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { count, plural } from "@/lib/format";
import { ClearFilters } from "@/ui/clear-filters";
import { SearchField } from "@/ui/fields";
import { Empty } from "@/ui/notices";
import { useOpenTask } from "../data/use-open-task";
import { useRunSearch } from "../data/use-search";
import { rowByKey } from "../rows/keys";
import { type RunView, useUntil } from "../view";
import { TaskHead } from "./head";
import { ROW, TaskLine } from "./row";
import {
  filterRows,
  nextSorting,
  readSorting,
  type Spent,
  type SpentOf,
  sortRows,
  spentAt,
  spentSoFar,
  type TaskRow,
  taskRows,
} from "./rows";

interface Props {
  view: RunView;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}

/** All tasks as a table: sorted and narrowed by what stands in the URL, walked through by arrow keys. */
export function TaskList({ view, selected, onSelect }: Props) {
  const [search, change] = useRunSearch();
  const spentOf = useSpent(view);
  const all = useMemo(() => taskRows(view.run, view.nameOf), [view.run, view.nameOf]);
  const sorting = readSorting(search.sort);
  const found = useMemo(
    () => filterRows(all, search.status?.split(",") ?? [], search.q ?? ""),
    [all, search.status, search.q],
  );
  const rows = sortRows(found, sorting, spentOf);
  const clear = () => void change({ q: undefined, status: undefined });
  const seek = useCallback((q: string) => void change({ q: q || undefined }), [change]);
  return (
    <div className="@container flex h-full min-h-72 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-1.5">
        <SearchField
          value={search.q ?? ""}
          onChange={seek}
          label="Task's name or id"
          className="w-56 max-w-full"
        />
        <span className="tabular text-dim text-xs" role="status">
          {rows.length === all.length
            ? plural(all.length, "task")
            : `${count(rows.length)} of ${plural(all.length, "task")}`}
        </span>
        {(search.status || search.q) && <ClearFilters onClear={clear} />}
      </div>
      <Table
        rows={rows}
        spentOf={spentOf}
        head={
          <TaskHead sorting={sorting} onSort={(key) => void change({ sort: nextSorting(key, sorting) })} />
        }
        runId={view.detail.run_id}
        selected={selected}
        onSelect={onSelect}
      />
    </div>
  );
}

function useSpent(view: RunView): SpentOf {
  const { history, moment, run } = view;
  const until = useUntil(view);
  // The plan is that of the history: another history, other times.
  const kept = useMemo(() => ({ of: run.plan, times: new WeakMap<object, Spent>() }), [run.plan]);
  return useMemo(
    () =>
      history === null || history.length === 0
        ? spentSoFar(run, until)
        : spentAt(history, moment.n, until, kept.times),
    [history, moment.n, run, until, kept],
  );
}

interface TableProps extends Omit<Props, "view"> {
  rows: readonly TaskRow[];
  spentOf: SpentOf;
  head: React.ReactNode;
  runId: string;
}

function Table({ rows, spentOf, head, runId, selected, onSelect }: TableProps) {
  const box = useRef<HTMLDivElement>(null);
  const open = useOpenTask(runId);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
    getItemKey: (index) => rows[index]?.id ?? index,
    // Under the head, which stays in sight.
    scrollPaddingStart: 32,
  });
  const at = useMemo(() => rows.findIndex(({ id }) => id === selected), [rows, selected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice scrolls, not another order
  useEffect(() => {
    if (at >= 0) list.scrollToIndex(at, { align: "auto" });
  }, [selected]);
  const items = list.getVirtualItems();
  // Of a row that is not in the page nobody could be told.
  const active = items.some(({ index }) => index === at) ? rowId(at) : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowByKey(event.key, at, rows.length, PAGE);
    if (to !== null) {
      event.preventDefault();
      onSelect(rows[to]?.id);
    } else if (event.key === "Enter" && selected !== undefined) {
      open(selected);
    }
  };
  return (
    <div
      ref={box}
      role="grid"
      aria-label="Tasks"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={active}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="min-h-0 flex-1 overflow-auto text-sm focus-visible:-outline-offset-2"
      data-testid="tasks"
    >
      {head}
      {rows.length === 0 && (
        <Empty title="No task matches at this moment">Clear the filters above to see the others.</Empty>
      )}
      <div className="relative" style={{ height: list.getTotalSize() }} role="presentation">
        {items.map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <TaskLine
              key={key}
              id={rowId(index)}
              row={row}
              spent={spentOf(row)}
              index={index}
              top={start}
              selected={index === at}
              onSelect={onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

/** So many rows does a page key go. */
const PAGE = 15;

function rowId(index: number): string {
  return `task-row-${index}`;
}

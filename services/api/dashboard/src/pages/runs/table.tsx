import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { RunEntry } from "@/api/types";
import { hasEnded } from "@/lib/runs";
import { STATUSES, StatusBadge, StatusBar } from "@/ui/status";
import { Ago, Took } from "@/ui/time";

const ROW = 40;
const COLUMNS =
  "grid grid-cols-[2rem_8.5rem_1fr_5.5rem] items-center gap-x-3 px-3 lg:grid-cols-[2rem_8.5rem_minmax(8rem,1.2fr)_minmax(15rem,1fr)_minmax(6rem,1fr)_6rem_5.5rem]";
const WIDE = "hidden lg:block";

interface Props {
  runs: readonly RunEntry[];
  marked: ReadonlySet<string>;
  toggle: (ids: readonly string[], on: boolean) => void;
  /** Load the next page; undefined where there is none. */
  more: (() => void) | undefined;
  /** There is no run but these. */
  complete: boolean;
}

/** The runs, of which only those in sight are in the page. */
export function RunTable({ runs, marked, toggle, more, complete }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
    getItemKey: (index) => runs[index]?.run_id ?? index,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= runs.length - 30) more();
  }, [more, last, runs.length]);
  const open = runs.filter((run) => !hasEnded(run));
  const all = open.length > 0 && open.every((run) => marked.has(run.run_id));
  return (
    // How many there are is not known before the last page of them is here.
    <div role="table" aria-label="Runs" aria-rowcount={complete ? runs.length + 1 : -1} className="text-sm">
      <div
        role="row"
        aria-rowindex={1}
        className={`${COLUMNS} h-9 border-line border-b font-medium text-dim text-xs`}
      >
        <span role="columnheader" className="flex items-center">
          <input
            type="checkbox"
            aria-label="Mark all runs that have not ended"
            checked={all}
            disabled={open.length === 0}
            onChange={(event) =>
              toggle(
                open.map((run) => run.run_id),
                event.target.checked,
              )
            }
          />
        </span>
        <span role="columnheader">Status</span>
        <span role="columnheader">DAG</span>
        <span role="columnheader" className={WIDE}>
          Run
        </span>
        <span role="columnheader" className={WIDE}>
          Tasks
        </span>
        <span role="columnheader" className={WIDE}>
          Took
        </span>
        <span role="columnheader">Requested</span>
      </div>
      <div
        ref={box}
        role="rowgroup"
        className="h-[max(18rem,calc(100vh-14.5rem))] overflow-y-auto"
        data-testid="runs"
      >
        <div className="relative" style={{ height: rows.getTotalSize() }} role="presentation">
          {items.map((item) => {
            const run = runs[item.index];
            if (!run) return null;
            return (
              <Row
                key={item.key}
                run={run}
                top={item.start}
                index={item.index}
                marked={marked.has(run.run_id)}
                toggle={toggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  run: RunEntry;
  top: number;
  index: number;
  marked: boolean;
  toggle: Props["toggle"];
}

function Row({ run, top, index, marked, toggle }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-run={run.run_id}
      className={`${COLUMNS} absolute inset-x-0 border-line border-b hover:bg-sunken`}
      style={{ top, height: ROW }}
    >
      <span role="cell" className="flex items-center">
        <input
          type="checkbox"
          aria-label={`Mark run ${run.run_id}`}
          checked={marked}
          disabled={hasEnded(run)}
          onChange={(event) => toggle([run.run_id], event.target.checked)}
        />
      </span>
      <span role="cell" className="flex items-center">
        <Link
          to="/ui/runs/$runId"
          params={{ runId: run.run_id }}
          aria-label={`${STATUSES[run.status].label}: open run ${run.run_id}`}
          className="inline-flex"
        >
          <StatusBadge status={run.status} />
        </Link>
      </span>
      <span role="cell" className="min-w-0 truncate">
        <Link to="/ui/dags/$dagId" params={{ dagId: run.dag_id }} className="hover:underline">
          {run.dag_id}
        </Link>
      </span>
      <span role="cell" className={`${WIDE} min-w-0 truncate font-mono text-xs`}>
        <Link
          to="/ui/runs/$runId"
          params={{ runId: run.run_id }}
          className="text-accent hover:underline"
          tabIndex={-1}
        >
          {run.run_id}
        </Link>
      </span>
      <span role="cell" className={WIDE}>
        <StatusBar counts={run.task_counts} />
      </span>
      <span role="cell" className={WIDE}>
        <Took from={run.started_at} to={run.finished_at} />
      </span>
      <span role="cell" className="text-dim">
        <Ago at={run.created_at} />
      </span>
    </div>
  );
}

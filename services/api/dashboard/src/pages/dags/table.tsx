import { useWindowVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import type { DagWithRuns, RunEntry } from "@/api/types";
import { HoverTips } from "@/ui/hover-tip";
import { RunTip } from "@/ui/run-bars";
import type { Sort } from "./filter";
import { COLUMNS, DagRow, type RowActs } from "./row";

const WIDE = matchMedia("(min-width: 64rem)");
const WIDE_PX = 53;
const NARROW_PX = 98;

export function DagTable(props: {
  dags: readonly DagWithRuns[];
  acts: RowActs;
  sort: Sort;
  onSort: (sort: Sort) => void;
}) {
  const { dags, acts } = props;
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const height = useRowHeight();
  const rows = useWindowVirtualizer({
    count: dags.length,
    estimateSize: () => height,
    getItemKey: (at) => dags[at]?.dag_id ?? at,
    overscan: 8,
    scrollMargin: top,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are as high, so all is measured anew
  useLayoutEffect(() => rows.measure(), [height]);
  return (
    <HoverTips
      tip={(runId) => {
        const run = findRun(dags, runId);
        return run && <RunTip run={run} />;
      }}
    >
      <div role="table" aria-label="DAGs" aria-rowcount={dags.length + 1}>
        <Head sort={props.sort} onSort={props.onSort} />
        <div ref={body} role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ key, index, start, size }) => {
            const dag = dags[index];
            return (
              dag && (
                <div
                  key={key}
                  role="presentation"
                  className="absolute inset-x-0 top-0"
                  style={{ height: size, transform: `translateY(${start - top}px)` }}
                >
                  <DagRow dag={dag} index={index} acts={acts} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </HoverTips>
  );
}

function findRun(dags: readonly DagWithRuns[], runId: string): RunEntry | undefined {
  for (const { last_runs } of dags) {
    const found = last_runs.find((run) => run.run_id === runId);
    if (found) return found;
  }
  return undefined;
}

function useRowHeight(): number {
  const subscribe = (listener: () => void) => {
    WIDE.addEventListener("change", listener);
    return () => WIDE.removeEventListener("change", listener);
  };
  return useSyncExternalStore(subscribe, () => (WIDE.matches ? WIDE_PX : NARROW_PX));
}

function Head({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  const sorting = { sort, onSort };
  return (
    <div role="rowgroup">
      <div
        role="row"
        aria-rowindex={1}
        className={clsx(COLUMNS, "!hidden border-line border-b px-3.5 py-2 text-dim text-xs lg:!grid")}
      >
        <SortHead by="name" {...sorting}>
          Name
        </SortHead>
        <span role="columnheader" className="hidden xl:block">
          Tags
        </span>
        <span role="columnheader" className="text-right">
          Tasks
        </span>
        <span role="columnheader" className="text-right">
          Last runs
        </span>
        <SortHead by="last" {...sorting}>
          Latest
        </SortHead>
        <SortHead by="registered" {...sorting}>
          Registered
        </SortHead>
        <span role="columnheader" className="sr-only">
          Actions
        </span>
      </div>
    </div>
  );
}

function SortHead(props: { by: Sort; sort: Sort; onSort: (sort: Sort) => void; children: string }) {
  const chosen = props.by === props.sort;
  const direction = props.by === "name" ? "ascending" : "descending";
  return (
    <span role="columnheader" aria-sort={chosen ? direction : "none"}>
      <button
        type="button"
        onClick={() => props.onSort(props.by)}
        className={clsx("inline-flex items-center gap-1 hover:text-text", chosen && "font-medium text-text")}
      >
        {props.children}
        <ArrowDown
          aria-hidden
          className={clsx("size-3", !chosen && "invisible", props.by === "name" && "rotate-180")}
        />
      </button>
    </span>
  );
}

import { Link } from "@tanstack/react-router";
import { Play, SlidersHorizontal } from "lucide-react";
import { memo } from "react";
import type { DagWithRuns } from "@/api/types";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { RunBars } from "@/ui/run-bars";
import { StatusBadge } from "@/ui/status";
import { Ago } from "@/ui/time";
import { SHOWN_RUNS } from "./patch";

/** One line on a wide page, with the tags on a very wide one; two on a narrow one. */
export const COLUMNS =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 lg:grid-cols-[minmax(11rem,1fr)_4rem_132px_9.5rem_7rem_6.5rem] xl:grid-cols-[minmax(11rem,3fr)_minmax(7rem,2fr)_4rem_132px_9.5rem_7rem_6.5rem]";

export interface RowActs {
  onRun: (dag: DagWithRuns) => void;
  onRunDialog: (dag: DagWithRuns) => void;
  onTag: (tag: string) => void;
}

export const DagRow = memo(function DagRow(props: { dag: DagWithRuns; index: number; acts: RowActs }) {
  const { dag, index, acts } = props;
  const last = dag.last_runs[0];
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-dag={dag.dag_id}
      className={`${COLUMNS} h-full border-line border-b px-3.5 py-1.5 hover:bg-sunken/60`}
    >
      <div role="cell" className="min-w-0">
        <Link
          to="/ui/dags/$dagId"
          params={{ dagId: dag.dag_id }}
          preload={false}
          title={dag.description || dag.name}
          className="block truncate font-medium hover:text-accent hover:underline"
        >
          {dag.name}
        </Link>
        <div className="truncate font-mono text-[0.72rem] text-dim">{dag.dag_id}</div>
      </div>
      <div role="cell" className="hidden min-w-0 gap-1 overflow-hidden xl:flex">
        <Tags tags={dag.tags} onTag={acts.onTag} />
      </div>
      <div role="cell" className="tabular hidden text-right text-sm lg:block">
        {count(dag.task_count)}
      </div>
      <div role="cell" className="order-1 lg:order-none">
        <RunBars runs={dag.last_runs} slots={SHOWN_RUNS} className="justify-start lg:justify-end" />
      </div>
      <div
        role="cell"
        className="order-1 justify-self-end text-right text-xs lg:order-none lg:justify-self-start lg:text-left"
      >
        {last ? <StatusBadge status={last.status} /> : <span className="text-dim">Never run</span>}
        {last && (
          <div className="text-dim">
            <Ago at={last.created_at} />
          </div>
        )}
      </div>
      <div role="cell" className="hidden text-dim text-xs lg:block">
        <Ago at={dag.registered_at} absent="just now" />
      </div>
      <div role="cell" className="flex justify-end gap-1">
        <RowButtons dag={dag} acts={acts} />
      </div>
    </div>
  );
});

const TAGS_SHOWN = 3;

function Tags({ tags, onTag }: { tags: readonly string[]; onTag: (tag: string) => void }) {
  return (
    <>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <button
          key={tag}
          type="button"
          title={`Show only DAGs tagged ${tag}`}
          onClick={() => onTag(tag)}
          className="max-w-28 truncate rounded border border-line bg-sunken px-1.5 py-px text-dim text-xs hover:text-text"
        >
          {tag}
        </button>
      ))}
      {tags.length > TAGS_SHOWN && (
        <span className="py-0.5 text-dim text-xs" title={tags.slice(TAGS_SHOWN).join(", ")}>
          +{tags.length - TAGS_SHOWN}
        </span>
      )}
    </>
  );
}

function RowButtons({ dag, acts }: { dag: DagWithRuns; acts: RowActs }) {
  return (
    <>
      <Button size="small" onClick={() => acts.onRun(dag)} aria-label={`Run ${dag.name}`}>
        <Play aria-hidden className="size-3.5" /> Run
      </Button>
      <Button
        kind="ghost"
        size="small"
        aria-label={`Run ${dag.name} with a key`}
        title="Run with a key …"
        onClick={() => acts.onRunDialog(dag)}
      >
        <SlidersHorizontal aria-hidden className="size-3.5" />
      </Button>
    </>
  );
}

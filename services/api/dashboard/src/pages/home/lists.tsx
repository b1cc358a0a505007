import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Overview, RunEntry } from "@/api/types";
import { shortRunId } from "@/lib/format";
import { HoverTips } from "@/ui/hover-tip";
import { Empty } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { RunBars, RunTip } from "@/ui/run-bars";
import { STATUSES, StatusBar, StatusMark } from "@/ui/status";
import { Ago, Took } from "@/ui/time";

const BARS = 14;

export function ActiveRuns({ runs }: { runs: readonly RunEntry[] }) {
  return (
    <Panel title="Running now" flush actions={<More status="requested,running,cancelling" />}>
      {runs.length === 0 && (
        <Empty title="Nothing is running">A run appears here as soon as it is asked for.</Empty>
      )}
      <ul>
        {runs.map((run) => (
          <ActiveRun key={run.run_id} run={run} />
        ))}
      </ul>
    </Panel>
  );
}

const ActiveRun = memo(function ActiveRun({ run }: { run: RunEntry }) {
  return (
    <RunLine run={run}>
      <StatusBar counts={run.task_counts} className="hidden w-28 sm:flex" />
      <span className="w-20 text-right text-dim">
        <Took from={run.started_at ?? run.created_at} to={run.finished_at} />
      </span>
    </RunLine>
  );
});

export function FailedRuns({ runs }: { runs: readonly RunEntry[] }) {
  return (
    <Panel title="Failed lately" flush actions={<More status="failed" />}>
      {runs.length === 0 && <Empty title="No run has failed">May it stay like this.</Empty>}
      <ul>
        {runs.map((run) => (
          <FailedRun key={run.run_id} run={run} />
        ))}
      </ul>
    </Panel>
  );
}

const FailedRun = memo(function FailedRun({ run }: { run: RunEntry }) {
  return (
    <RunLine run={run}>
      <span className="w-24 text-right text-dim">
        <Ago at={run.finished_at} />
      </span>
    </RunLine>
  );
});

function RunLine({ run, children }: { run: RunEntry; children: React.ReactNode }) {
  return (
    <li
      className="flex h-9 items-center gap-3 border-line border-b px-3.5 text-sm last:border-0 hover:bg-sunken"
      data-run={run.run_id}
    >
      <span title={STATUSES[run.status].label} className="inline-flex">
        <StatusMark status={run.status} />
        <span className="sr-only">{STATUSES[run.status].label}</span>
      </span>
      <Link
        to="/ui/runs/$runId"
        params={{ runId: run.run_id }}
        className="min-w-0 flex-1 truncate hover:underline"
        title={run.run_id}
      >
        {run.dag_id} <span className="font-mono text-dim text-xs">{shortRunId(run.run_id)}</span>
      </Link>
      {children}
    </li>
  );
}

function More({ status }: { status: string }) {
  return (
    <Link to="/ui/runs" search={{ status }} className="text-accent text-xs hover:underline">
      All
    </Link>
  );
}

export function DagList({ dags }: { dags: Overview["dags"] }) {
  const runs = new Map(dags.flatMap((dag) => dag.last_runs.map((run) => [run.run_id, run])));
  return (
    <Panel
      title="DAGs"
      flush
      actions={
        <Link to="/ui/dags" className="text-accent text-xs hover:underline">
          All
        </Link>
      }
    >
      <HoverTips
        tip={(key) => {
          const run = runs.get(key);
          return run && <RunTip run={run} />;
        }}
      >
        <ul>
          {dags.map((dag) => (
            <DagRow key={dag.dag_id} dag={dag} />
          ))}
        </ul>
      </HoverTips>
    </Panel>
  );
}

/** Drawn again only when its DAG has changed. */
const DagRow = memo(function DagRow({ dag }: { dag: Overview["dags"][number] }) {
  return (
    <li className="flex h-12 items-center gap-3 border-line border-b px-3.5 text-sm last:border-0 hover:bg-sunken">
      <Link to="/ui/dags/$dagId" params={{ dagId: dag.dag_id }} className="min-w-0 flex-1 hover:underline">
        <span className="block truncate font-medium">{dag.name}</span>
        <span className="block truncate font-mono text-dim text-xs">{dag.dag_id}</span>
      </Link>
      <span className="hidden w-24 text-right text-dim text-xs sm:block">
        <Ago at={dag.last_runs[0]?.created_at} absent="never run" />
      </span>
      <RunBars runs={dag.last_runs} slots={BARS} />
    </li>
  );
});

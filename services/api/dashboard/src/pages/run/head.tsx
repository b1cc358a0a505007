import { Link } from "@tanstack/react-router";
import { History as Clock } from "lucide-react";
import type { RunStatus } from "@/core/status";
import { clock, moment as date, duration, shortVersion } from "@/lib/format";
import { CopyButton } from "@/ui/fields";
import { PageHead } from "@/ui/panel";
import { STATUSES, StatusBadge } from "@/ui/status";
import { Ago } from "@/ui/time";
import { RunActions } from "./actions";
import { type RunView, useUntil } from "./view";

/** Which run this is, and how it stands at the moment that is shown. */
export function RunHead({ view }: { view: RunView }) {
  const { detail, run, moment, history } = view;
  const { dag_id, dag_name, dag_version, run_id } = detail;
  return (
    <PageHead
      trail={
        <>
          <Link to="/ui/runs" className="hover:underline">
            Runs
          </Link>
          <span aria-hidden>/</span>
          <Link to="/ui/dags/$dagId" params={{ dagId: dag_id }} className="hover:underline">
            {dag_id}
          </Link>
        </>
      }
      name={`${dag_name || dag_id}: ${STATUSES[presentStatus(view)].label}`}
      title={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <bdi className="min-w-0 break-words">{dag_name || dag_id}</bdi>
          <span className="inline-flex items-center gap-2 text-base" data-testid="run-status">
            <StatusBadge
              status={run.status}
              className="rounded-md border border-line bg-panel px-2.5 py-0.5"
            />
            {run.late_at > 0 && <Late at={run.late_at} />}
            {moment.past && history && (
              <span className="tabular inline-flex items-center gap-1 rounded-md bg-text px-2 py-0.5 font-medium text-bg text-xs max-sm:hidden">
                <Clock aria-hidden className="size-3.5" />
                at {clock(history.timeAt(moment.n))}
              </span>
            )}
          </span>
        </span>
      }
      actions={<RunActions detail={detail} status={presentStatus(view)} />}
    >
      <span className="inline-flex min-w-0 items-center">
        <span className="truncate font-mono text-xs">{run_id}</span>
        <CopyButton text={run_id} label="Copy the run's id" />
      </span>
      <span>
        Version{" "}
        <Link
          to="/ui/dags/$dagId"
          params={{ dagId: dag_id }}
          search={{ tab: "definition", version: dag_version }}
          className="font-mono text-accent text-xs hover:underline"
          title={dag_version}
        >
          {shortVersion(dag_version)}
        </Link>
      </span>
      <span>
        Requested <Ago at={run.created_at} />
      </span>
      <span>
        Started{" "}
        {run.started_at ? (
          <time
            className="tabular"
            dateTime={new Date(run.started_at).toISOString()}
            title={date(run.started_at)}
          >
            {clock(run.started_at)}
          </time>
        ) : (
          "not yet"
        )}
      </span>
      {run.started_at > 0 && <Lasted view={view} />}
    </PageHead>
  );
}

/** That the run has taken longer than its definition allows for, which changes nothing of its course. */
function Late({ at }: { at: number }) {
  return (
    <span
      className="inline-flex items-center gap-1 rounded-md border border-line bg-panel px-2 py-0.5 font-medium text-xs"
      style={{ color: "var(--s-retrying)" }}
      title={`Late since ${date(at)}`}
      data-testid="run-late"
    >
      <Clock aria-hidden className="size-3.5" />
      Late
    </span>
  );
}

function presentStatus({ history, run }: RunView): RunStatus {
  return history !== null && history.length > 0 ? history.statusNow : run.status;
}

function Lasted({ view }: { view: RunView }) {
  const until = useUntil(view);
  const { started_at, finished_at } = view.run;
  const ms = Math.max(0, (finished_at || until) - started_at);
  const exact = finished_at > 0 || view.moment.past;
  return (
    <span className="tabular">
      {finished_at ? "Took" : "Running for"} {duration(exact ? ms : Math.floor(ms / 1000) * 1000)}
    </span>
  );
}

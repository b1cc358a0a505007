import { memo } from "react";
import type { GridRun } from "@/api/types";
import { serverNow } from "@/lib/clock";
import { parseTime, shortRunId } from "@/lib/format";
import { runDuration } from "@/lib/runs";
import { STATUSES, StatusMark } from "@/ui/status";
import { COLUMN_PX } from "./grid-row";

export const HEAD_PX = 84;
const BAR_PX = 40;
const LEAST = 0.08;
/** Every so many columns one says when it was. */
const LABELLED = 6;

const WHEN = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** The runs in sight, newest left: when, how long, how it ended. */
export function GridHead(props: {
  runs: readonly GridRun[];
  first: number;
  count: number;
  names: number;
  longest: number;
  corner: string;
}) {
  const { runs, first, count, names, longest, corner } = props;
  const now = serverNow();
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-20 flex border-line border-b bg-panel"
      style={{ height: HEAD_PX }}
    >
      <div
        role="columnheader"
        aria-colindex={1}
        className="sticky left-0 z-10 flex shrink-0 flex-col justify-end border-line border-r bg-panel px-2.5 pb-1.5 text-dim text-xs"
        style={{ width: names }}
      >
        {corner}
      </div>
      <div className="shrink-0" style={{ width: first * COLUMN_PX }} />
      {runs.slice(first, first + count).map((run, at) => (
        <RunHead
          key={run.run_id}
          run={run}
          column={first + at}
          share={(runDuration(run, now) ?? 0) / longest}
          label={(first + at) % LABELLED === 0}
          newVersion={isNewVersion(runs, first + at)}
        />
      ))}
    </div>
  );
}

/** Whether the run is the first of its version: the one before it, which stands to the right, has another. */
function isNewVersion(runs: readonly GridRun[], column: number): boolean {
  const before = runs[column + 1];
  return before !== undefined && before.dag_version !== runs[column]?.dag_version;
}

interface RunHeadProps {
  run: GridRun;
  column: number;
  share: number;
  label: boolean;
  newVersion: boolean;
}

const RunHead = memo(function RunHead({ run, column, share, label, newVersion }: RunHeadProps) {
  const { color } = STATUSES[run.status];
  const open = run.finished_at === null;
  return (
    <div
      role="columnheader"
      aria-colindex={column + 2}
      className="relative shrink-0"
      style={{ width: COLUMN_PX }}
    >
      {label && (
        <span className="tabular pointer-events-none absolute top-1 left-1 whitespace-nowrap border-line border-l pl-1 text-[0.68rem] text-dim">
          {WHEN.format(parseTime(run.created_at))}
        </span>
      )}
      {newVersion && (
        <span
          title="First run of a new version"
          className="absolute right-0 bottom-0 h-14 border-strong-line border-r border-dashed"
        />
      )}
      <a
        href={`/ui/runs/${encodeURIComponent(run.run_id)}`}
        data-tip={`run:${column}`}
        aria-label={`Run ${shortRunId(run.run_id)}: ${STATUSES[run.status].label}`}
        className="absolute inset-x-0 bottom-1 flex flex-col items-center gap-1 hover:brightness-110"
      >
        <span
          className="w-2.5 rounded-t-[2px]"
          style={{
            height: Math.max(LEAST, Math.min(1, share)) * BAR_PX,
            background: open ? "transparent" : color,
            border: open ? `1.5px solid ${color}` : undefined,
          }}
        />
        <StatusMark status={run.status} size={12} />
      </a>
    </div>
  );
});

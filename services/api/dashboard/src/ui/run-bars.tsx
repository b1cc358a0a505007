/** The last runs of a DAG: one bar each, as high as it took long, in the colour and with the mark of its status. */

import clsx from "clsx";
import type { RunEntry } from "@/api/types";
import { serverNow } from "@/lib/clock";
import { duration, moment, parseTime, relative, shortRunId } from "@/lib/format";
import { useOpenLink } from "@/lib/open-link";
import { hasEnded, runDuration } from "@/lib/runs";
import { STATUSES, StatusBadge, StatusMark } from "./status";
import { useNow } from "./time";

const BAR_PX = 24;
const LEAST = 0.12;

interface Props {
  /** Newest first, as the API has them; the newest is drawn rightmost. */
  runs: readonly RunEntry[];
  slots: number;
  /** To which side the bars are put, where there are fewer than slots. */
  className?: string;
}

/** Tooltips need `HoverTips` around. The bar of a run that goes on grows. */
export function RunBars(props: Props) {
  return props.runs.every(hasEnded) ? <Bars {...props} now={serverNow()} /> : <GrowingBars {...props} />;
}

function GrowingBars(props: Props) {
  return <Bars {...props} now={useNow()} />;
}

function Bars({ runs, slots, now, className = "justify-start md:justify-end" }: Props & { now: number }) {
  const open = useOpenLink();
  const shown = runs.slice(0, slots);
  const longest = Math.max(1, ...shown.map((run) => runDuration(run, now) ?? 0));
  return (
    <ol
      className={clsx("flex h-10 items-end", className)}
      style={{ width: slots * 11 }}
      aria-label="Last runs"
    >
      {shown.toReversed().map((run) => (
        <li key={run.run_id}>
          <a
            href={`/ui/runs/${encodeURIComponent(run.run_id)}`}
            onClick={open}
            data-tip={run.run_id}
            aria-label={`${STATUSES[run.status].label} run ${shortRunId(run.run_id)}, ${relative(Date.parse(run.created_at), now)}`}
            className="group flex h-10 w-[11px] flex-col items-center justify-end gap-px"
          >
            <Bar run={run} share={(runDuration(run, now) ?? 0) / longest} />
            <StatusMark status={run.status} size={9} />
          </a>
        </li>
      ))}
    </ol>
  );
}

function Bar({ run, share }: { run: RunEntry; share: number }) {
  const { color } = STATUSES[run.status];
  const open = run.finished_at === null;
  return (
    <span
      className="w-[7px] rounded-t-[2px] group-hover:brightness-125"
      style={{
        height: Math.max(LEAST, share) * BAR_PX,
        background: open ? "transparent" : color,
        border: open ? `1.5px solid ${color}` : undefined,
        borderBottom: 0,
      }}
    />
  );
}

/** What a tooltip says of a run. */
export function RunTip({ run }: { run: RunEntry }) {
  const took = runDuration(run, serverNow());
  return (
    <div className="space-y-0.5">
      <StatusBadge status={run.status} />
      <div className="tabular">{moment(parseTime(run.created_at))}</div>
      <div className="text-dim">
        {took === null
          ? "not started yet"
          : run.finished_at
            ? `took ${duration(took)}`
            : `for ${duration(took)}`}
      </div>
      <div className="font-mono text-[0.7rem] text-dim">{run.run_id}</div>
    </div>
  );
}

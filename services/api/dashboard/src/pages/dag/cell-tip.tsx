import type { GridRun, GridTask } from "@/api/types";
import { duration, moment, parseTime } from "@/lib/format";
import { StatusBadge } from "@/ui/status";
import { statusOf } from "./cells";

export function CellTip({ task, run }: { task: GridTask & { number: number }; run: GridRun }) {
  const status = statusOf(run.cells[task.number]);
  const took = run.durations_ms[task.number];
  if (!status) return null;
  return (
    <div className="space-y-0.5">
      <div className="break-words font-medium">{task.name}</div>
      <div className="flex gap-3">
        <StatusBadge status={status} />
        {took != null && <span className="tabular">{duration(took)}</span>}
      </div>
      <div className="tabular text-dim">run of {moment(parseTime(run.created_at))}</div>
    </div>
  );
}

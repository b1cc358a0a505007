/** Who works and who decides, and how much of it. */

import type { Scheduler, Worker } from "@/api/types";
import { count } from "@/lib/format";

/** How many of a worker's slots are taken, as a bar with words. */
export function SlotBar({ busy, slots }: { busy: number; slots: number }) {
  const share = slots ? Math.min(1, busy / slots) : 0;
  return (
    <span className="inline-flex items-center gap-2">
      <span className="inline-block h-2 w-24 overflow-hidden rounded-full bg-line" aria-hidden>
        <span className="block h-full" style={{ width: `${100 * share}%`, background: "var(--s-running)" }} />
      </span>
      <span className="tabular text-xs">
        {count(busy)} / {count(slots)}
      </span>
    </span>
  );
}

export function WorkerLines({ workers }: { workers: readonly Worker[] }) {
  return (
    <ul>
      {workers.map((worker) => (
        <li
          key={worker.name}
          className="flex h-9 items-center gap-3 border-line border-b px-3.5 text-sm last:border-0"
        >
          <span className="min-w-0 flex-1 truncate font-mono text-xs" title={worker.name}>
            {worker.name}
            {worker.draining && <span className="ml-2 text-dim">draining</span>}
          </span>
          <SlotBar busy={worker.busy} slots={worker.slots} />
        </li>
      ))}
    </ul>
  );
}

export function SchedulerLines({ schedulers, total }: { schedulers: readonly Scheduler[]; total: number }) {
  return (
    <ul>
      {schedulers.map((scheduler) => (
        <li
          key={scheduler.name}
          className="flex h-9 items-center gap-3 border-line border-b px-3.5 text-sm last:border-0"
        >
          <span className="min-w-0 flex-1 truncate font-mono text-xs" title={scheduler.name}>
            {scheduler.name}
          </span>
          <span className="tabular text-dim text-xs">lag {count(scheduler.inbox_lag)}</span>
          <span className="tabular text-xs">
            {scheduler.partitions.length} / {total} partitions
          </span>
        </li>
      ))}
    </ul>
  );
}

import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { Worker } from "@/api/types";
import { count } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { SlotBar } from "@/ui/load";
import { Ago, Took } from "@/ui/time";

/** One worker: where it is, how it fares, and (unfolded) what it is executing. */
export function WorkerCard({ worker }: { worker: Worker }) {
  return (
    <li className="border-line border-b last:border-0">
      <details className="group" data-worker={worker.name}>
        <summary className="flex cursor-pointer flex-wrap items-center gap-x-6 gap-y-1 px-3.5 py-2.5 text-sm hover:bg-sunken">
          <span className="flex min-w-40 flex-1 items-center gap-2">
            <ChevronRight
              aria-hidden
              className="size-4 shrink-0 text-dim transition-transform group-open:rotate-90"
            />
            <span className="truncate font-mono text-xs" title={worker.name}>
              {worker.name}
            </span>
          </span>
          {worker.draining && (
            <span className="rounded border border-line px-1.5 text-dim text-xs">
              draining: takes nothing more
            </span>
          )}
          <SlotBar busy={worker.busy} slots={worker.slots} />
          <span className="flex gap-x-6 text-dim text-xs max-sm:basis-full max-sm:pl-[1.5rem]">
            <span className="tabular sm:w-28">
              {count(worker.succeeded)} ok, {count(worker.failed)} failed
            </span>
            <span className="sm:w-24 sm:text-right">
              up <Took from={worker.started_at} to={null} />
            </span>
          </span>
        </summary>
        <div className="space-y-2 px-3.5 pt-2 pb-3 pl-[2.375rem] text-sm">
          <Facts inline>
            <Fact name="Host">
              <span className="font-mono">{worker.host}</span>
            </Fact>
            <Fact name="Process">
              <span className="font-mono">{worker.pid}</span>
            </Fact>
            <Fact name="Version">
              <span className="font-mono">{worker.version}</span>
            </Fact>
            <Fact name="Queues">
              <span className="font-mono">{worker.queues.join(", ")}</span>
            </Fact>
            <Fact name="Last heard of">
              <Ago at={worker.seen_at} />
            </Fact>
          </Facts>
          <Executing worker={worker} />
        </div>
      </details>
    </li>
  );
}

function Executing({ worker }: { worker: Worker }) {
  if (worker.executing.length === 0)
    return <p className="text-dim text-xs">It executes nothing at the moment.</p>;
  const more = worker.busy - worker.executing.length;
  return (
    <>
      <ul className="divide-y divide-line rounded border border-line">
        {worker.executing.map((one) => (
          <li key={`${one.run_id} ${one.task_id}`} className="flex items-center gap-3 px-2.5 py-1 text-xs">
            <Link
              to="/ui/runs/$runId/tasks/$taskId"
              params={{ runId: one.run_id, taskId: one.task_id }}
              className="min-w-0 flex-1 truncate text-accent hover:underline"
            >
              {one.task_id}
            </Link>
            <span className="hidden truncate font-mono text-dim sm:inline">{one.run_id}</span>
            <span className="text-dim">attempt {one.attempt}</span>
            <span className="w-16 text-right">
              <Took from={one.since} to={null} />
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-dim text-xs">and {count(more)} more</p>}
    </>
  );
}

import type { Scheduler, SystemState, Worker } from "@/api/types";
import { count, plural } from "@/lib/format";
import { Empty, Failure, Loading } from "@/ui/notices";
import { Figure, PageHead, Panel } from "@/ui/panel";
import { Ago } from "@/ui/time";
import { useSystem } from "./use-system";
import { WorkerCard } from "./worker-card";

/** Who executes and who decides. */
export function WorkersPage() {
  const { data, error, refetch } = useSystem();
  return (
    <>
      <PageHead title="Workers and schedulers" />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="Reading who is there" />}
      {data && <Content state={data} />}
    </>
  );
}

function Content({ state }: { state: SystemState }) {
  const { workers, schedulers, figures, partitions } = state;
  const slots = sum(workers, (worker) => worker.slots);
  const busy = sum(workers, (worker) => worker.busy);
  return (
    <>
      <section
        aria-label="Figures"
        className="mb-4 grid grid-cols-2 gap-4 rounded-lg border border-line bg-panel px-4 py-3 shadow-panel sm:grid-cols-4"
      >
        <Figure
          label="Workers"
          value={count(workers.length)}
          hint={`${count(workers.filter((one) => one.draining).length)} draining`}
        />
        <Figure
          label="Slots"
          value={`${count(busy)} / ${count(slots)}`}
          hint={slots ? `${Math.round((100 * busy) / slots)} % busy` : ""}
        />
        <Figure label="Queued attempts" value={count(figures.queue_depth)} hint={waitingFor(state)} />
        <Figure
          label="Schedulers"
          value={count(schedulers.length)}
          hint={plural(partitions.length, "partition")}
        />
      </section>
      <Panel title="Workers" flush className="mb-4">
        {workers.length === 0 && (
          <Empty title="No worker is there">
            Attempts that are ready wait until one comes. Start one with{" "}
            <code className="font-mono">python -m penstock_worker</code>, or more with{" "}
            <code className="font-mono">penstock up --workers 4</code>.
          </Empty>
        )}
        <ul>
          {workers.map((worker) => (
            <WorkerCard key={worker.name} worker={worker} />
          ))}
        </ul>
      </Panel>
      <Schedulers schedulers={schedulers} state={state} />
    </>
  );
}

function waitingFor({ partitions }: SystemState): string {
  const oldest = Math.max(0, ...partitions.map((one) => one.ready_age_seconds));
  return oldest ? `the oldest for ${oldest.toFixed(1)} s` : "nothing waits";
}

function Schedulers({ schedulers, state }: { schedulers: readonly Scheduler[]; state: SystemState }) {
  const orphans = state.partitions.filter((one) => one.lease_seconds <= 0);
  return (
    <Panel title="Schedulers" flush>
      {schedulers.length === 0 && (
        <Empty title="No scheduler is there">
          Requests are kept and taken up when one comes:{" "}
          <code className="font-mono">python -m penstock_scheduler</code>.
        </Empty>
      )}
      {schedulers.length > 0 && orphans.length > 0 && (
        <p role="alert" className="border-line border-b px-3.5 py-2 text-danger text-sm">
          Nobody serves {plural(orphans.length, "partition")} at the moment; a scheduler takes over within its
          lease.
        </p>
      )}
      <ul>
        {schedulers.map((scheduler) => (
          <li key={scheduler.name} className="border-line border-b px-3.5 py-2.5 text-sm last:border-0">
            <div className="flex flex-wrap items-center gap-x-6 gap-y-1">
              <span className="min-w-0 flex-1 truncate font-mono text-xs">{scheduler.name}</span>
              <span className="tabular text-dim">lag {count(scheduler.inbox_lag)}</span>
              <span className="tabular text-dim">{count(scheduler.seq)} events</span>
              <span className="tabular text-dim">lease {scheduler.lease_seconds.toFixed(1)} s</span>
            </div>
            <Partitions owned={scheduler.partitions} total={state.partitions.length} />
          </li>
        ))}
      </ul>
      <p className="border-line border-t px-3.5 py-2 text-dim text-xs">
        As of <Ago at={state.figures.at} />.
      </p>
    </Panel>
  );
}

/** Which partitions a scheduler serves, as numbered squares. */
function Partitions({ owned, total }: { owned: readonly number[]; total: number }) {
  return (
    <ul aria-label="Partitions" className="mt-1.5 flex flex-wrap gap-1">
      {Array.from({ length: total }, (_, number) => number).map((number) => {
        const mine = owned.includes(number);
        return (
          <li
            key={number}
            className={
              mine
                ? "tabular rounded bg-accent-soft px-1.5 font-mono text-accent text-xs"
                : "tabular rounded border border-line border-dashed px-1.5 font-mono text-dim text-xs"
            }
          >
            {number}
            {!mine && <span className="sr-only"> (of another)</span>}
          </li>
        );
      })}
    </ul>
  );
}

function sum(workers: readonly Worker[], of: (worker: Worker) => number): number {
  return workers.reduce((total, worker) => total + of(worker), 0);
}

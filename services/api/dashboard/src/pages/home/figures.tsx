import { Link } from "@tanstack/react-router";
import type { Overview } from "@/api/types";
import { count, duration, figure, short } from "@/lib/format";
import { Figure } from "@/ui/panel";

/** What is going on, in eight figures. */
export function Figures({ overview }: { overview: Overview }) {
  const { figures, series, workers, schedulers } = overview;
  const sample = series.at(-1);
  const runs = figures.runs_by_status;
  const active = (runs["requested"] ?? 0) + (runs["running"] ?? 0) + (runs["cancelling"] ?? 0);
  const busy = workers.reduce((sum, worker) => sum + worker.busy, 0);
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const tasks = figures.tasks_by_status;
  return (
    <section
      aria-label="Figures"
      className="mb-4 grid grid-cols-2 gap-x-6 gap-y-3 rounded-lg border border-line bg-panel px-4 py-3 shadow-panel sm:grid-cols-4 xl:grid-cols-8"
    >
      <Figure
        label="Active runs"
        value={
          <Link to="/ui/runs" search={{ status: "requested,running,cancelling" }} className="hover:underline">
            {count(active)}
          </Link>
        }
        hint={`${short(runs["succeeded"] ?? 0)} succeeded`}
      />
      <Figure
        label="Failed runs"
        value={
          <Link to="/ui/runs" search={{ status: "failed" }} className="hover:underline">
            {count(runs["failed"] ?? 0)}
          </Link>
        }
        hint={`${short(runs["cancelled"] ?? 0)} cancelled`}
      />
      <Figure
        label="Running tasks"
        value={count(tasks["running"] ?? 0)}
        hint={`${short(tasks["retrying"] ?? 0)} retrying`}
      />
      <Figure
        label="Tasks per second"
        value={figure(sample?.tasks_per_second ?? 0)}
        hint={`${figure(sample?.runs_per_second ?? 0)} runs/s`}
      />
      <Figure
        label="Ready to started"
        value={sample?.wait_p50_ms == null ? "–" : duration(sample.wait_p50_ms)}
        hint={sample?.wait_p95_ms == null ? "p95 –" : `p95 ${duration(sample.wait_p95_ms)}`}
      />
      <Figure
        label="Queued"
        value={count(figures.queue_depth)}
        hint={`inbox lag ${count(figures.inbox_lag)}`}
      />
      <Figure
        label="Workers"
        value={
          <Link to="/ui/workers" className="hover:underline">
            {count(workers.length)}
          </Link>
        }
        hint={`${count(busy)} of ${count(slots)} slots busy`}
      />
      <Figure
        label="Schedulers"
        value={
          <Link to="/ui/workers" className="hover:underline">
            {count(schedulers.length)}
          </Link>
        }
        hint={figures.dead_letters ? `${count(figures.dead_letters)} dead letters` : "no dead letters"}
      />
    </section>
  );
}

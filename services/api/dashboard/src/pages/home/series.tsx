import { useMemo } from "react";
import type { Sample } from "@/api/types";
import { LazySeriesChart } from "@/charts/lazy";
import { duration, figure, short } from "@/lib/format";
import { Panel } from "@/ui/panel";

const THROUGHPUT = [
  { label: "tasks/s", color: "var(--accent)", fill: true },
  { label: "runs/s", color: "var(--s-running)", dash: [5, 3] },
];
const LATENCY = [
  { label: "p50", color: "var(--accent)", fill: true },
  { label: "p95", color: "var(--s-retrying)", dash: [5, 3] },
];
const BACKLOG = [
  { label: "queued attempts", color: "var(--accent)", fill: true },
  { label: "inbox lag", color: "var(--s-upstream_failed)", dash: [5, 3] },
];

/** The last hour: how much is done, how long attempts wait for a worker, and what waits. */
export function Series({ series }: { series: readonly Sample[] }) {
  const times = useMemo(() => series.map(({ at }) => Date.parse(at) / 1000), [series]);
  const values = useMemo(
    () => ({
      throughput: [series.map((one) => one.tasks_per_second), series.map((one) => one.runs_per_second)],
      latency: [series.map((one) => one.wait_p50_ms), series.map((one) => one.wait_p95_ms)],
      backlog: [series.map((one) => one.queue_depth), series.map((one) => one.inbox_lag)],
    }),
    [series],
  );
  return (
    <Panel className="mb-4">
      {series.length < 2 ? (
        <p className="py-8 text-center text-dim text-sm">
          Measured every five seconds from the start of the API; the first figures come in a moment.
        </p>
      ) : (
        <div className="grid gap-x-6 gap-y-4 lg:grid-cols-3">
          <LazySeriesChart
            times={times}
            values={values.throughput}
            lines={THROUGHPUT}
            format={figure}
            label="Ended"
          />
          <LazySeriesChart
            times={times}
            values={values.latency}
            lines={LATENCY}
            format={duration}
            label="Ready to started"
            least={10}
          />
          <LazySeriesChart
            times={times}
            values={values.backlog}
            lines={BACKLOG}
            format={short}
            label="Waiting"
          />
        </div>
      )}
    </Panel>
  );
}

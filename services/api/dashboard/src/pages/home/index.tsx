import type { Overview } from "@/api/types";
import { NoDags } from "@/pages/dags/no-dags";
import { SchedulerLines, WorkerLines } from "@/ui/load";
import { Empty, Failure, Loading } from "@/ui/notices";
import { PageHead, Panel } from "@/ui/panel";
import { Figures } from "./figures";
import { ActiveRuns, DagList, FailedRuns } from "./lists";
import { Series } from "./series";
import { useOverview } from "./use-overview";

/** What runs, what failed, how much is done and by whom. */
export function HomePage() {
  const { data, error, refetch } = useOverview();
  return (
    <>
      <PageHead title="Home" />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="Reading the overview" />}
      {data && <Content overview={data} />}
    </>
  );
}

function Content({ overview }: { overview: Overview }) {
  const { workers, schedulers, dags } = overview;
  const partitions = schedulers.reduce((sum, one) => sum + one.partitions.length, 0);
  return (
    <>
      <Figures overview={overview} />
      {dags.length === 0 ? (
        <Panel className="mb-4">
          <NoDags />
        </Panel>
      ) : (
        <Series series={overview.series} />
      )}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          <ActiveRuns runs={overview.active} />
          {dags.length > 0 && <DagList dags={dags} />}
        </div>
        <div className="grid min-w-0 gap-4">
          <FailedRuns runs={overview.failed} />
          <Panel title="Workers" flush>
            {workers.length === 0 && (
              <Empty title="No worker is there">
                Attempts wait until one comes: <code className="font-mono">python -m penstock_worker</code>
              </Empty>
            )}
            <WorkerLines workers={workers} />
          </Panel>
          <Panel title="Schedulers" flush>
            {schedulers.length === 0 && (
              <Empty title="No scheduler is there">
                Requests are kept, and taken up when one comes:{" "}
                <code className="font-mono">python -m penstock_scheduler</code>
              </Empty>
            )}
            <SchedulerLines schedulers={schedulers} total={partitions} />
          </Panel>
        </div>
      </div>
    </>
  );
}

import { TriangleAlert } from "lucide-react";
import type { SystemState } from "@/api/types";
import { bytes, count, short } from "@/lib/format";
import { useSystem } from "@/pages/workers/use-system";
import { Failure, Loading } from "@/ui/notices";
import { Figure, PageHead, Panel } from "@/ui/panel";
import { DeadLetters } from "./dead-letters";
import { PartitionTable } from "./partition-table";

/** The deployment itself: its server, its partitions, and what could not be read. */
export function SystemPage() {
  const { data, error, refetch } = useSystem();
  return (
    <>
      <PageHead title="System">{data && <span>Penstock {data.version}</span>}</PageHead>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="Reading how the deployment fares" />}
      {data && <Content state={data} />}
    </>
  );
}

function Content({ state }: { state: SystemState }) {
  const { figures, partitions } = state;
  return (
    <>
      <Faults faults={state.server_faults} />
      <section
        aria-label="Figures"
        className="mb-4 grid grid-cols-2 gap-4 rounded-lg border border-line bg-panel px-4 py-3 shadow-panel sm:grid-cols-4"
      >
        <Figure
          label="Events in the log"
          value={short(figures.events_total)}
          hint={`${partitions.length} partitions`}
        />
        <Figure label="Inbox lag" value={count(figures.inbox_lag)} hint="facts that wait for a scheduler" />
        <Figure
          label="Queued attempts"
          value={count(figures.queue_depth)}
          hint={`${count(figures.tasks_claimed)} claimed`}
        />
        <Figure label="Dead letters" value={count(figures.dead_letters)} hint="could not be read" />
      </section>
      <Panel title="Partitions" flush className="mb-4">
        <PartitionTable partitions={partitions} />
      </Panel>
      <Server state={state} />
      {figures.dead_letters > 0 && <DeadLetters count={figures.dead_letters} />}
    </>
  );
}

function Faults({ faults }: { faults: readonly string[] }) {
  if (faults.length === 0) return null;
  return (
    <div role="alert" className="mb-4 flex gap-3 rounded-lg border border-danger/40 bg-danger/5 p-3 text-sm">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <ul className="space-y-1">
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  );
}

function Server({ state: { server } }: { state: SystemState }) {
  const rows = [
    ["Software", server.software],
    ["Role", server.role],
    ["appendonly", server.appendonly],
    ["appendfsync", server.appendfsync],
    ["maxmemory", server.maxmemory ? bytes(server.maxmemory) : "no limit"],
    ["maxmemory-policy", server.maxmemory_policy],
    ...(server.servers && server.servers.length > 1
      ? [["Primaries", server.servers.join(", ")] as const]
      : []),
  ] as const;
  return (
    <Panel title="Server" className="mb-4">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 text-sm sm:grid-cols-3 lg:grid-cols-6">
        {rows.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-dim text-xs">{name}</dt>
            <dd className="truncate font-mono text-xs" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

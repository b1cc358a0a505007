import type { PartitionMetrics } from "@/api/types";
import { count, duration } from "@/lib/format";

type Column = readonly [head: string, title: string, cell: (one: PartitionMetrics) => React.ReactNode];

const NUMBERS: readonly Column[] = [
  ["Term", "How often the partition changed hands", (one) => count(one.term)],
  [
    "Lease",
    "What is left of the owner's lease",
    (one) => (one.lease_seconds > 0 ? `${one.lease_seconds.toFixed(1)} s` : "none"),
  ],
  ["Events", "The last event applied", (one) => count(one.seq)],
  [
    "Last event",
    "Age of the last event",
    (one) => (one.commit_age_seconds ? `${age(one.commit_age_seconds)} ago` : "–"),
  ],
  ["Inbox", "Facts that wait for the scheduler", (one) => waiting(one.inbox_lag, one.inbox_age_seconds)],
  ["Ready", "Attempts that wait for a worker", (one) => waiting(one.tasks_ready, one.ready_age_seconds)],
  ["Claimed", "Attempts that workers hold", (one) => count(one.tasks_claimed)],
  ["Timers", "Runs that wait for a time", (one) => waiting(one.timers, one.timer_overdue_seconds, "overdue")],
  ["Dead", "Facts that could not be read", (one) => count(one.dead_letters)],
  ["Forks", "How often the log was forked by a lossy failover", (one) => count(one.incarnation)],
];

/** Every partition with what decides whether it fares well. */
export function PartitionTable({ partitions }: { partitions: readonly PartitionMetrics[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys
    <section className="overflow-x-auto" tabIndex={0} aria-label="Partitions">
      <table className="w-full whitespace-nowrap text-sm">
        <thead>
          <tr className="border-line border-b text-dim text-xs">
            <th scope="col" className="px-3.5 py-2 text-left font-medium">
              Partition
            </th>
            <th scope="col" className="px-3 py-2 text-left font-medium">
              Owner
            </th>
            {NUMBERS.map(([head, title]) => (
              <th key={head} scope="col" title={title} className="px-3 py-2 text-right font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {partitions.map((one) => (
            <tr key={one.partition} className="border-line border-b last:border-0 hover:bg-sunken">
              <th scope="row" className="tabular px-3.5 py-1.5 text-left font-medium">
                {one.partition}
              </th>
              <td className="px-3 py-1.5 font-mono text-xs">
                {one.lease_seconds > 0 ? one.owner : <span className="font-sans text-danger">nobody</span>}
              </td>
              {NUMBERS.map(([head, , cell]) => (
                <td key={head} className="tabular px-3 py-1.5 text-right">
                  {cell(one)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function age(seconds: number): string {
  return duration(seconds * 1000);
}

function waiting(number: number, seconds: number, word = "for"): React.ReactNode {
  if (!number || !seconds) return count(number);
  return (
    <>
      {count(number)} <span className="text-dim text-xs">{`${word} ${age(seconds)}`}</span>
    </>
  );
}

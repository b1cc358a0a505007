import type { Durations } from "@/core/durations";
import { duration } from "@/lib/format";
import type { NameOf } from "../words/names";

/** What a task's time goes into, in the order in which it does. Waiting is hatched, work is solid. */
const PARTS = [
  { key: "dependencies_ms", label: "waiting for other tasks", color: "var(--s-waiting)", hatched: true },
  { key: "release_ms", label: "waiting for the scheduler", color: "var(--s-upstream_failed)", hatched: true },
  { key: "queued_ms", label: "on a queue", color: "var(--s-ready)", hatched: true },
  { key: "ran_ms", label: "running", color: "var(--s-running)", hatched: false },
  { key: "retry_ms", label: "between attempts", color: "var(--s-retrying)", hatched: true },
] as const satisfies readonly { key: keyof Durations; label: string; color: string; hatched: boolean }[];

/** Where the time of the task has gone since the run was requested. */
export function SpentBar({ durations, nameOf }: { durations: Durations; nameOf: NameOf }) {
  const parts = PARTS.map((part) => ({ ...part, ms: durations[part.key] })).filter(({ ms }) => ms > 0);
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return null;
  const text = parts.map(({ label, ms }) => `${duration(ms)} ${label}`).join(", ");
  return (
    <div className="mt-3">
      <div
        role="img"
        aria-label={text}
        data-testid="spent"
        className="flex h-2.5 gap-px overflow-hidden rounded-sm bg-sunken"
      >
        {parts.map(({ key, label, ms, ...look }) => (
          <span
            key={key}
            title={`${duration(ms)} ${label}`}
            className="h-full min-w-[2px]"
            style={{ width: `${(100 * ms) / total}%`, background: fill(look) }}
          />
        ))}
      </div>
      <ul className="mt-1.5 grid grid-cols-[auto_auto_minmax(0,1fr)] gap-x-2 gap-y-0.5 text-xs">
        {parts.map(({ key, label, ms, ...look }) => (
          <li key={key} className="contents">
            <span aria-hidden className="mt-1 size-2.5 rounded-[2px]" style={{ background: fill(look) }} />
            <span className="tabular text-right font-medium">{duration(ms)}</span>
            <span className="truncate text-dim">
              {label}
              {key === "dependencies_ms" && durations.critical && (
                <>
                  , last for <bdi>{nameOf(durations.critical.task_id)}</bdi>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function fill({ color, hatched }: { color: string; hatched: boolean }): string {
  if (!hatched) return color;
  return `repeating-linear-gradient(135deg, ${color} 0 2px, color-mix(in srgb, ${color} 35%, transparent) 2px 5px)`;
}

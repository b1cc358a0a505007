import type { TaskDetail } from "@/api/types";
import { duration } from "@/lib/format";
import { useNow } from "@/ui/time";
import { KINDS, type Kind, phasesOf, totals } from "./phases";

const LOOKS: Readonly<Record<Kind, { label: string; background: string }>> = {
  dependencies: {
    label: "Waited for dependencies",
    background: "color-mix(in srgb, var(--s-waiting) 35%, transparent)",
  },
  queue: { label: "Queued", background: "var(--s-ready)" },
  run: { label: "Ran", background: "var(--s-running)" },
  retry: {
    label: "Waited to be tried again",
    background:
      "repeating-linear-gradient(135deg, var(--s-retrying) 0 3px, color-mix(in srgb, var(--s-retrying) 30%, transparent) 3px 7px)",
  },
};

/** Where the task's time went, as a bar and in words. */
export function TimeBar({ task }: { task: TaskDetail }) {
  const now = useNow();
  const phases = phasesOf(task, now);
  const sums = totals(phases);
  const all = phases.reduce((sum, phase) => sum + phase.to - phase.from, 0);
  const known = KINDS.filter((kind) => sums[kind] > 0);
  // What still grows is told in whole seconds, or its last digits would only flicker.
  const open = task.finished_at === null;
  const told = (ms: number) => duration(open && ms > 1000 ? Math.floor(ms / 1000) * 1000 : ms);
  const tries = task.attempts.filter((one) => one.started_at !== null).length;
  return (
    <div>
      <div
        aria-hidden
        className="flex h-3 gap-px overflow-hidden rounded-sm bg-sunken"
        data-phases={phases.length}
      >
        {phases.map(({ kind, attempt, from, to, took }) => (
          <span
            key={`${kind} ${attempt}`}
            title={`${LOOKS[kind].label}: ${duration(took)}${attempt ? ` (attempt ${attempt})` : ""}`}
            className="h-full min-w-[2px]"
            style={{ flex: `${(to - from) / all} 0 0px`, background: LOOKS[kind].background }}
          />
        ))}
      </div>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {known.map((kind) => (
          <div key={kind} className="flex items-center gap-2">
            <dt className="flex items-center gap-1.5 text-dim">
              <span
                aria-hidden
                className="size-2.5 rounded-[2px]"
                style={{ background: LOOKS[kind].background }}
              />
              {LOOKS[kind].label}
              {kind === "run" && tries > 1 && ` in ${tries} attempts`}
            </dt>
            <dd className="tabular font-medium">{told(sums[kind])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

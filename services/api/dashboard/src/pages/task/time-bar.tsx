import type { TaskDetail } from "@/api/types";
import { type Stretch, sumsOf } from "@/core/segments";
import { duration } from "@/lib/format";
import { useNow } from "@/ui/time";
import { spentBy, tookOf } from "./lane";

const KINDS = ["dependencies", "queue", "run", "retry"] as const satisfies readonly Stretch[];

const LOOKS: Readonly<Record<Stretch, { label: string; background: string }>> = {
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

/** What a task waits for that depends on no other. */
const UNBOUND = "Waited for the scheduler";

/** Where the task's time went, as a bar and in words. */
export function TimeBar({ task }: { task: TaskDetail }) {
  const now = useNow();
  const spent = spentBy(task, now);
  const took = tookOf(task);
  const sums = sumsOf(spent, took);
  const all = spent.reduce((sum, { from, to }) => sum + to - from, 0);
  const labelOf = (kind: Stretch) =>
    kind === "dependencies" && task.dependencies.length === 0 ? UNBOUND : LOOKS[kind].label;
  const known = KINDS.filter((kind) => sums[kind] > 0);
  // What still grows is told in whole seconds, or its last digits would only flicker.
  const open = task.finished_at === null;
  const told = (ms: number) => duration(open && ms > 1000 ? Math.floor(ms / 1000) * 1000 : ms);
  const tries = task.attempts.filter((one) => one.started_at !== null).length;
  return (
    <div>
      <div aria-hidden className="flex h-3 gap-px overflow-hidden rounded-sm bg-sunken">
        {spent.map((segment) => (
          <span
            key={`${segment.kind} ${segment.attempt}`}
            title={`${labelOf(segment.kind)}: ${duration(took(segment))}${segment.givenUp ? "" : ` (attempt ${segment.attempt})`}`}
            className="h-full min-w-[2px]"
            style={{
              flex: `${(segment.to - segment.from) / all} 0 0px`,
              background: LOOKS[segment.kind].background,
            }}
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
              {labelOf(kind)}
              {kind === "run" && tries > 1 && ` in ${tries} attempts`}
            </dt>
            <dd className="tabular font-medium">{told(sums[kind])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

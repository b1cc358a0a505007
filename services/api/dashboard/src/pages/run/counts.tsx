import clsx from "clsx";
import type { TaskStatus } from "@/core/status";
import { count } from "@/lib/format";
import { STATUSES, StatusBar, StatusMark, TASK_ORDER } from "@/ui/status";
import { useRunSearch } from "./data/use-search";

/** How many tasks stand in which status. A click narrows the list of tasks to one. */
export function Counts({ counts }: { counts: Readonly<Record<TaskStatus, number>> }) {
  const [search, change] = useRunSearch();
  const chosen = search.status?.split(",") ?? [];
  const toggle = (status: TaskStatus) => {
    const next = chosen.includes(status) ? chosen.filter((one) => one !== status) : [...chosen, status];
    void change({ tab: "tasks", status: next.join(",") || undefined }, false);
  };
  return (
    <div className="mb-2">
      <StatusBar counts={counts} className="w-full" />
      <fieldset className="mt-1.5 flex flex-wrap gap-x-1 gap-y-0.5">
        <legend className="sr-only">Tasks by status</legend>
        {TASK_ORDER.filter((status) => counts[status] > 0 || chosen.includes(status)).map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={chosen.includes(status)}
            onClick={() => toggle(status)}
            title={`List the tasks that are ${STATUSES[status].label.toLowerCase()}`}
            className={clsx(
              "inline-flex items-center gap-1.5 rounded-md border px-1.5 py-0.5 text-xs hover:bg-sunken",
              chosen.includes(status) ? "border-strong-line bg-sunken" : "border-transparent",
            )}
          >
            <StatusMark status={status} size={12} />
            <span className="tabular font-semibold">{count(counts[status])}</span>
            <span className="text-dim">{STATUSES[status].label.toLowerCase()}</span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}

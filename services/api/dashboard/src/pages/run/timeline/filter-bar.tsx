import { X } from "lucide-react";
import { count } from "@/lib/format";
import { buttonClass } from "@/ui/button";
import { ClearFilters } from "@/ui/clear-filters";
import { SearchField } from "@/ui/fields";
import type { NameOf } from "../words/names";
import { EVERYTHING, type EventFilter, isNarrowed, toggleType } from "./filter";

interface Props {
  filter: EventFilter;
  nameOf: NameOf;
  onFilter: (filter: EventFilter) => void;
  counts: ReadonlyMap<string, number>;
  shown: number;
  total: number;
  searching: boolean;
}

/** What the list is narrowed by: words, types, a task. */
export function FilterBar({ filter, nameOf, onFilter, counts, shown, total, searching }: Props) {
  return (
    <div className="space-y-2 border-line border-b px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchField
          value={filter.text}
          onChange={(text) => onFilter({ ...filter, text })}
          label="Find in events"
          className="min-w-48 max-w-80 flex-1"
        />
        {filter.task !== undefined && (
          <button
            type="button"
            className={buttonClass({ size: "small" }, "max-w-64")}
            onClick={() => onFilter({ ...filter, task: undefined })}
            title={filter.task}
            aria-label={`Show the events of all tasks, not only of ${nameOf(filter.task)}`}
          >
            <span className="truncate">
              Task <bdi>{nameOf(filter.task)}</bdi>
            </span>
            <X aria-hidden className="size-3.5 shrink-0" />
          </button>
        )}
        {isNarrowed(filter) && <ClearFilters onClear={() => onFilter(EVERYTHING)} />}
        <span className="tabular ml-auto text-dim text-xs">
          {searching && "Searching … "}
          {shown === total ? `${count(total)} events` : `${count(shown)} of ${count(total)} events`}
        </span>
      </div>
      <TypeChips filter={filter} onFilter={onFilter} counts={counts} />
    </div>
  );
}

const CHIP =
  "inline-flex h-6 shrink-0 items-center gap-1.5 rounded border px-2 text-xs transition-colors aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-text";

function TypeChips({ filter, onFilter, counts }: Pick<Props, "filter" | "onFilter" | "counts">) {
  // A type that is asked for stays, though the history has none: else it could not be taken back.
  const types = [...new Set([...counts.keys(), ...filter.types])];
  return (
    <fieldset className="flex min-w-0 gap-1.5 overflow-x-auto sm:flex-wrap" aria-label="Types of events">
      {types.map((type) => (
        <button
          key={type}
          type="button"
          aria-pressed={filter.types.includes(type)}
          onClick={() => onFilter(toggleType(filter, type))}
          className={`${CHIP} border-line text-dim hover:bg-sunken hover:text-text`}
        >
          {type}
          <span className="tabular">{count(counts.get(type) ?? 0)}</span>
        </button>
      ))}
    </fieldset>
  );
}

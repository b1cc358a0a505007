import clsx from "clsx";
import { ArrowDownWideNarrow } from "lucide-react";
import { RUN_STATUSES } from "@/core/status";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { ClearFilters } from "@/ui/clear-filters";
import { SearchField, Select } from "@/ui/fields";
import { STATUSES } from "@/ui/status";
import type { Filter } from "./filter";

/** Nothing of the filter. */
const UNFILTERED = { q: undefined, tag: undefined, status: undefined };

export function DagFilters(props: {
  filter: Filter;
  tags: readonly (readonly [tag: string, dags: number])[];
  /** How many DAGs are left. */
  shown: number;
  onChange: (change: { [K in "q" | "tag" | "status"]?: string | undefined }) => void;
  /** Other DAGs have run since the list was sorted by that. */
  stale: boolean;
  onSortAgain: () => void;
}) {
  const { filter, tags, shown, onChange, stale, onSortAgain } = props;
  const any = filter.q || filter.tag || filter.status;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField
        value={filter.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
        label="Search DAGs"
        className="w-full sm:w-72"
      />
      <Select
        aria-label="Tag"
        value={filter.tag ?? ""}
        onChange={(event) => onChange({ tag: event.target.value || undefined })}
        className="max-w-40"
      >
        <option value="">All tags</option>
        {filter.tag && !tags.some(([tag]) => tag === filter.tag) && (
          <option value={filter.tag}>{filter.tag}</option>
        )}
        {tags.map(([tag, dags]) => (
          <option key={tag} value={tag}>
            {tag} ({dags})
          </option>
        ))}
      </Select>
      <Select
        aria-label="Last run"
        value={filter.status ?? ""}
        onChange={(event) => onChange({ status: event.target.value || undefined })}
      >
        <option value="">Any last run</option>
        {RUN_STATUSES.map((status) => (
          <option key={status} value={status}>
            {STATUSES[status].label}
          </option>
        ))}
        <option value="never">Never run</option>
      </Select>
      {any && (
        <>
          <ClearFilters onClear={() => onChange(UNFILTERED)} />
          <span role="status" className="tabular text-dim text-sm">
            {count(shown)} found
          </span>
        </>
      )}
      {filter.sort === "last" && (
        // Its room is kept, so that nothing moves when it appears.
        <Button
          size="small"
          onClick={onSortAgain}
          title="Other DAGs have run since the list was sorted"
          className={clsx("ml-auto", !stale && "invisible")}
        >
          <ArrowDownWideNarrow aria-hidden className="size-3.5" /> Sort again
        </Button>
      )}
    </div>
  );
}

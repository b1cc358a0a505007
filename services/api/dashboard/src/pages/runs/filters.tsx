import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { api, body } from "@/api/client";
import { RUN_STATUSES } from "@/core/status";
import { Button } from "@/ui/button";
import { ClearFilters } from "@/ui/clear-filters";
import { useDraft } from "@/ui/draft";
import { Input, SearchField } from "@/ui/fields";
import { STATUSES, StatusMark } from "@/ui/status";
import type { Filter } from "./runs-list";

/** Every run. */
const UNFILTERED: Filter = { statuses: [], dag: "", search: "", after: "", before: "" };

/** What the list is narrowed to; `change` tells the parts that are to be others. */
export function RunFilters({ filter, change }: { filter: Filter; change: (part: Partial<Filter>) => void }) {
  const narrowed = filter.statuses.length || filter.dag || filter.search || filter.after || filter.before;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Status</legend>
        {RUN_STATUSES.map((status) => {
          const on = filter.statuses.includes(status);
          return (
            <Button
              key={status}
              size="small"
              aria-pressed={on}
              className={on ? "border-strong-line bg-sunken" : "text-dim"}
              onClick={() =>
                change({
                  statuses: on
                    ? filter.statuses.filter((one) => one !== status)
                    : [...filter.statuses, status],
                })
              }
            >
              <StatusMark status={status} size={12} />
              {STATUSES[status].label}
            </Button>
          );
        })}
      </fieldset>
      <div className="grid w-full grid-cols-2 items-center gap-2 sm:flex sm:w-auto sm:flex-wrap">
        <DagField value={filter.dag} onChange={(dag) => change({ dag })} />
        <SearchField
          value={filter.search}
          onChange={(search) => change({ search })}
          label="Run id begins with"
          className="w-full sm:w-50"
        />
        <TimeField label="From" value={filter.after} onChange={(after) => change({ after })} />
        <TimeField label="Until" value={filter.before} onChange={(before) => change({ before })} />
        {Boolean(narrowed) && <ClearFilters onClear={() => change(UNFILTERED)} />}
      </div>
    </div>
  );
}

function DagField({ value, onChange }: { value: string; onChange: (dag: string) => void }) {
  const list = useId();
  const dags = useQuery({
    queryKey: ["dags", "palette"],
    queryFn: () => body(api.GET("/dags")),
    staleTime: 10_000,
  });
  const { text, setText, tell } = useDraft(value, onChange);
  const known = dags.data?.dags ?? [];
  return (
    <>
      <Input
        list={list}
        aria-label="DAG"
        placeholder="Any DAG"
        value={text}
        className="w-full min-w-0 sm:w-44"
        onChange={({ target }) => {
          setText(target.value);
          // What is chosen from the list counts at once.
          if (known.some(({ dag_id }) => dag_id === target.value)) tell(target.value);
        }}
        onBlur={() => tell(text.trim())}
        onKeyDown={({ key }) => key === "Enter" && tell(text.trim())}
      />
      <datalist id={list}>
        {known.map(({ dag_id, name }) => (
          <option key={dag_id} value={dag_id}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** A local time, kept as RFC 3339 in UTC. */
function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (time: string) => void;
}) {
  const id = useId();
  // While it is typed a time goes through years that nobody means: it counts once the field is left, or on Enter.
  const { text, setText, tell } = useDraft(value ? local(value) : "", (next) =>
    onChange(next ? new Date(next).toISOString() : ""),
  );
  return (
    <span className="flex min-w-0 flex-col gap-x-1.5 text-dim text-xs sm:flex-row sm:items-center">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type="datetime-local"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => tell(text)}
        onKeyDown={({ key }) => key === "Enter" && tell(text)}
        className="w-full min-w-0 max-sm:px-1.5 max-sm:text-xs sm:w-52"
      />
    </span>
  );
}

function local(time: string): string {
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

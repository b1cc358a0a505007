import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type ComponentProps, useEffect, useId, useState } from "react";
import { api, body } from "@/api/client";
import { Button } from "@/ui/button";
import { Input, SearchField } from "@/ui/fields";
import { STATUSES, StatusMark } from "@/ui/status";
import type { Filter } from "./runs-list";

const RUN_STATUSES = ["requested", "running", "cancelling", "succeeded", "failed", "cancelled"] as const;

/** What the list is narrowed to; `change` tells the parts that are to be others. */
export function RunFilters({ filter, change }: { filter: Filter; change: (part: Partial<Filter>) => void }) {
  const narrowed = filter.statuses.length || filter.dag || filter.search || filter.after || filter.before;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
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
      <DagField value={filter.dag} onChange={(dag) => change({ dag })} />
      <SearchField
        value={filter.search}
        onChange={(search) => change({ search })}
        label="Run id begins with"
        className="w-44"
      />
      <TimeField label="From" value={filter.after} onChange={(after) => change({ after })} />
      <TimeField label="Until" value={filter.before} onChange={(before) => change({ before })} />
      {narrowed && (
        <Button
          kind="ghost"
          size="small"
          onClick={() => change({ statuses: [], dag: "", search: "", after: "", before: "" })}
        >
          <X aria-hidden className="size-3.5" /> Clear
        </Button>
      )}
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
  return (
    <>
      <Settled
        list={list}
        aria-label="DAG"
        placeholder="Any DAG"
        value={value}
        onSettle={onChange}
        className="w-40"
      />
      <datalist id={list}>
        {dags.data?.dags.map(({ dag_id, name }) => (
          <option key={dag_id} value={dag_id}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

type SettledProps = Omit<ComponentProps<"input">, "value" | "onChange"> & {
  value: string;
  onSettle: (text: string) => void;
};

/** A field that tells what is in it once that is meant: with Enter, by a choice from its list, or when it is left. */
function Settled({ value, onSettle, ...rest }: SettledProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = (next: string) => next !== value && onSettle(next);
  return (
    <Input
      {...rest}
      value={text}
      onChange={({ target, nativeEvent }) => {
        setText(target.value);
        // A choice is no typing: it has no kind of input, or says that it replaces what was there.
        const kind = (nativeEvent as InputEvent).inputType;
        if (kind === undefined || kind === "insertReplacementText") settle(target.value.trim());
      }}
      onBlur={() => settle(text.trim())}
      onKeyDown={({ key }) => key === "Enter" && settle(text.trim())}
    />
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
  return (
    <span className="inline-flex items-center gap-1.5 text-dim text-xs">
      <label htmlFor={id}>{label}</label>
      <Settled
        id={id}
        type="datetime-local"
        value={value ? local(value) : ""}
        onSettle={(text) => onChange(text ? new Date(text).toISOString() : "")}
        className="w-42"
      />
    </span>
  );
}

function local(time: string): string {
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

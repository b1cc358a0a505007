import clsx from "clsx";
import { useEffect, useRef } from "react";
import type { Attempt } from "@/api/types";
import { duration } from "@/lib/format";
import { STATUSES, StatusMark } from "@/ui/status";
import { Took } from "@/ui/time";
import { lookOf } from "./words";

/** The mark and the word of an attempt: it can end in ways that a task cannot. */
export function AttemptBadge({ attempt }: { attempt: Attempt }) {
  const { status, label } = lookOf(attempt);
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm"
      style={{ color: STATUSES[status].color }}
      data-attempt-status={attempt.status}
    >
      <StatusMark status={status} />
      {label}
    </span>
  );
}

/** One button per attempt; the chosen one is in sight. */
export function AttemptTabs(props: {
  attempts: readonly Attempt[];
  chosen: number;
  onChoose: (attempt: number) => void;
}) {
  const { attempts, chosen, onChoose } = props;
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen one is another element then
  useEffect(() => {
    list.current
      ?.querySelector("[aria-pressed=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  return (
    <div ref={list} role="group" aria-label="Attempts" className="-m-1 flex gap-1.5 overflow-x-auto p-1">
      {attempts.map((attempt) => {
        const { status, label } = lookOf(attempt);
        const on = attempt.attempt === chosen;
        return (
          <button
            key={attempt.attempt}
            type="button"
            aria-pressed={on}
            onClick={() => onChoose(attempt.attempt)}
            className={clsx(
              "inline-flex shrink-0 items-center gap-2 rounded-md border px-2.5 py-1 text-sm",
              on ? "border-accent bg-accent-soft" : "border-line bg-panel hover:bg-sunken",
            )}
          >
            <StatusMark status={status} />
            <span className="font-medium">Attempt {attempt.attempt}</span>
            <span className={on ? "" : "text-dim"}>
              {label.toLowerCase()}
              {attempt.started_at !== null && ", "}
              <AttemptTook attempt={attempt} />
            </span>
          </button>
        );
      })}
    </div>
  );
}

export function AttemptTook({ attempt }: { attempt: Attempt }) {
  if (attempt.started_at === null) return null;
  if (attempt.duration_ms !== null) return <span className="tabular">{duration(attempt.duration_ms)}</span>;
  return <Took from={attempt.started_at} to={attempt.ended_at} />;
}

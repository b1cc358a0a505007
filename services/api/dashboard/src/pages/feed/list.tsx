import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight, CircleDot } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { clock, moment, shortRunId } from "@/lib/format";
import { useWide } from "@/lib/use-wide";
import { StatusMark } from "@/ui/status";
import type { Entry } from "./feed";

const ROW = 30;
/** On a phone a row has two lines. */
const TALL_ROW = 52;
const WIDE = "(min-width: 40rem)";

/** The feed, of which only what is in sight is in the page. */
export function FeedList({ entries }: { entries: readonly Entry[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string | null>(null);
  const wide = useWide(WIDE);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => (wide ? ROW : TALL_ROW),
    getItemKey: (index) => entries[index]?.key ?? index,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are as high, so all is measured anew
  useLayoutEffect(() => rows.measure(), [wide]);
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys
      tabIndex={0}
      aria-label="Events"
      className="h-[max(20rem,calc(100vh-13rem))] overflow-auto"
    >
      <ol className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const entry = entries[item.index];
          if (!entry) return null;
          return (
            <li
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              aria-posinset={item.index + 1}
              aria-setsize={entries.length}
              data-event={entry.type}
              className="absolute inset-x-0 border-line border-b"
              style={{ top: item.start }}
            >
              <Row
                entry={entry}
                wide={wide}
                open={open === entry.key}
                toggle={() => setOpen(open === entry.key ? null : entry.key)}
              />
              {open === entry.key && (
                <pre className="overflow-x-auto whitespace-pre-wrap break-all bg-sunken px-9 py-2 font-mono text-xs">
                  {JSON.stringify(JSON.parse(entry.data), null, 2)}
                </pre>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

interface RowProps {
  entry: Entry;
  wide: boolean;
  open: boolean;
  toggle: () => void;
}

function Row({ wide, ...props }: RowProps) {
  return wide ? <WideRow {...props} /> : <NarrowRow {...props} />;
}

type Parts = Omit<RowProps, "wide">;

function WideRow({ entry, ...rest }: Parts) {
  return (
    <div className="flex items-center gap-x-3 px-2 text-sm hover:bg-sunken" style={{ height: ROW }}>
      <Expand entry={entry} {...rest} />
      <Time at={entry.at} />
      <span
        className="tabular hidden w-18 shrink-0 truncate text-dim text-xs md:block"
        title="Partition and place in its log"
      >
        {entry.key}
      </span>
      <span className="flex w-40 shrink-0 items-center">
        <Type entry={entry} />
      </span>
      <Words text={entry.text} />
      <Whereabouts entry={entry} />
    </div>
  );
}

function NarrowRow({ entry, ...rest }: Parts) {
  return (
    <div className="flex flex-col justify-center gap-0.5 px-2 text-sm" style={{ height: TALL_ROW }}>
      <div className="flex items-center gap-x-2">
        <Expand entry={entry} {...rest} />
        <Type entry={entry} />
        <span className="ml-auto">
          <Time at={entry.at} />
        </span>
      </div>
      <div className="flex items-center gap-x-3 pl-7 text-xs">
        <Words text={entry.text} />
        <Whereabouts entry={entry} />
      </div>
    </div>
  );
}

function Expand({ entry, open, toggle }: Parts) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={`Event ${entry.key} as JSON`}
      onClick={toggle}
      className="p-1 text-dim"
    >
      <ChevronRight aria-hidden className={open ? "size-3.5 rotate-90" : "size-3.5"} />
    </button>
  );
}

function Time({ at }: { at: number }) {
  return (
    <time className="tabular inline-block w-22 shrink-0 text-xs max-sm:text-right" title={moment(at)}>
      {clock(at)}
    </time>
  );
}

function Type({ entry: { status, type } }: { entry: Entry }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-xs">
      {status ? (
        <StatusMark status={status} size={12} />
      ) : (
        <CircleDot aria-hidden className="size-3 text-dim" />
      )}
      {type}
    </span>
  );
}

function Words({ text }: { text: string }) {
  return (
    <span className="min-w-0 flex-1 truncate" title={text}>
      {text}
    </span>
  );
}

function Whereabouts({ entry }: { entry: Entry }) {
  const look = "shrink-0 font-mono text-accent text-xs hover:underline";
  if (entry.runId) {
    return (
      <Link
        to="/ui/runs/$runId"
        params={{ runId: entry.runId }}
        search={{ at: entry.seq, ...(entry.taskId && { task: entry.taskId }) }}
        title={`Run ${entry.runId} at this moment`}
        className={look}
      >
        {shortRunId(entry.runId)}
      </Link>
    );
  }
  if (!entry.dagId) return null;
  return (
    <Link to="/ui/dags/$dagId" params={{ dagId: entry.dagId }} className={look}>
      {entry.dagId}
    </Link>
  );
}

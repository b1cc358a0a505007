import "./logs.css";
import clsx from "clsx";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { isDark } from "@/app/theme";
import { Empty, Failure, Loading } from "@/ui/notices";
import { logKeys } from "./keys";
import { logPrefs } from "./prefs";
import { Row } from "./row";
import { step } from "./search-plan";
import { downloadUrl, LogSource } from "./source";
import { LogToolbar } from "./toolbar";
import { useSearch } from "./use-search";
import { type LogWindow, ROW, useWindow } from "./use-window";

export interface LogViewerProps {
  readonly runId: string;
  readonly taskId: string;
  /** Counts from 1; 0 while the task was not tried yet. */
  readonly attempt: number;
  /** The attempt is known to be over. */
  readonly ended: boolean;
  /** A worker has begun it; false while it is queued. */
  readonly started?: boolean | undefined;
  /** What is searched for. Without `onQuery` the viewer keeps it. */
  readonly query?: string | undefined;
  readonly onQuery?: ((query: string) => void) | undefined;
  /** The line that was linked to; it is shown when the log is opened. Without `onLine` the viewer keeps it. */
  readonly line?: number | undefined;
  readonly onLine?: ((line: number | undefined) => void) | undefined;
  /** The height of the lines, as CSS; a log that had ended when it was opened takes no more than it needs. */
  readonly height?: string | undefined;
  /** Lower, for beside something else. */
  readonly compact?: boolean | undefined;
}

const MARGIN = 150;

/** What an attempt printed: opens at its end, however long it is, and follows it while the attempt runs. */
export function LogViewer(props: LogViewerProps) {
  const { runId, taskId, attempt, height, compact } = props;
  const box = height ?? (compact ? "18rem" : "max(20rem, calc(100vh - 15rem))");
  if (attempt === 0) {
    return (
      <div style={{ minHeight: compact ? box : "14rem" }} className="grid place-items-center">
        <Empty title="The task has not been tried yet">What it prints appears here, line by line.</Empty>
      </div>
    );
  }
  return <Viewer key={`${runId} ${taskId} ${attempt}`} {...props} height={box} />;
}

function Viewer(props: LogViewerProps & { height: string }) {
  const { runId, taskId, attempt, ended, height } = props;
  const [query, setQuery] = useOwn(props.query ?? "", props.onQuery);
  const [linked, setLinked] = useOwn<number | undefined>(props.line, props.onLine);
  const [source] = useState(() => new LogSource({ runId, taskId, attempt }, linked));
  const state = useSyncExternalStore(source.state.subscribe, source.state.get);
  useEffect(() => {
    source.start();
    return () => source.stop();
  }, [source]);
  useEffect(() => {
    if (ended) source.look();
  }, [ended, source]);

  const { wrap } = useSyncExternalStore(logPrefs.subscribe, logPrefs.get);
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const begin = linked === undefined ? undefined : linked - 1;
  const view = useWindow({ box, rows, count: state.total, wrap, begin });
  const { first, last } = view;
  useEffect(() => source.want(first + 1 - MARGIN, last + 1 + MARGIN), [source, first, last]);

  const [current, setCurrent] = useState<number | null>(null);
  const goTo = (line: number | null) => {
    setCurrent(line);
    if (line !== null) view.showRow(line - 1);
  };
  const fresh = useRef(linked === undefined);
  const search = useSearch({
    address: source.address,
    query,
    total: state.opened ? state.total : null,
    at: () => view.firstInSight() + 1,
    onFirst: (line) => {
      // A link to a line with a search shows that line, not the first match.
      if (fresh.current) goTo(line);
      fresh.current = true;
    },
  });
  const onStep = (direction: 1 | -1) => {
    const from = current ?? view.firstInSight() + (direction === 1 ? 0 : 1);
    if (search) goTo(step(search.matches, from, direction));
  };
  // Decided once: a log that ends while it is read must not shrink under the reader.
  const [short, setShort] = useState<boolean | null>(null);
  if (short === null && state.opened) setShort(state.ended);
  const needed = `max(9rem, ${view.barHeight + ROW}px)`;
  const onKey = logKeys({ view, onStep, box });
  return (
    <div className="min-w-0" onKeyDown={onKey} role="group" aria-label="Log">
      <LogToolbar
        search={search}
        query={query}
        onQuery={(text) => {
          setCurrent(null);
          fresh.current = true;
          setQuery(text);
        }}
        current={current}
        onStep={onStep}
        total={state.total}
        live={state.opened && !state.ended}
        following={view.atEnd}
        onEnd={view.showEnd}
        download={downloadUrl(source.address)}
      />
      <div className="relative">
        <div
          ref={box}
          role="log"
          aria-live="off"
          aria-label={`Log of ${taskId}, attempt ${attempt}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          tabIndex={0}
          onScroll={view.onScroll}
          data-following={view.atEnd}
          className={clsx(
            "penstock-log peer overflow-y-auto",
            wrap ? "overflow-x-hidden" : "overflow-x-auto",
          )}
          style={{ height: short ? `min(${height}, ${needed})` : height }}
        >
          <Lines
            view={view}
            rows={rows}
            source={source}
            ended={state.opened && state.ended}
            query={query}
            current={current}
            linked={linked}
            onLink={(line) => setLinked(line === linked ? undefined : line)}
          />
        </div>
        {/* Over the lines, which stay where they are. */}
        {state.error && (
          <div className="absolute inset-x-0 top-0 z-10 m-2 rounded-md bg-panel shadow-lg [&>*]:m-0">
            <Failure error={state.error} retry={source.look} />
          </div>
        )}
        {/* Above the rows, which would cover the outline of the box. */}
        <div
          aria-hidden
          className="pointer-events-none absolute inset-0 rounded-b-lg outline-[var(--focus)] -outline-offset-2 peer-focus-visible:outline-2"
        />
        {state.total === 0 && !state.error && (
          <div className="pointer-events-none absolute inset-0 grid place-items-center">
            <Nothing opened={state.opened} ended={state.ended} started={props.started ?? true} />
          </div>
        )}
      </div>
    </div>
  );
}

function Nothing({ opened, ended, started }: { opened: boolean; ended: boolean; started: boolean }) {
  if (!opened) return <Loading what="Reading the log" />;
  if (ended)
    return <Empty title="Nothing was printed">The attempt has ended without a line of output.</Empty>;
  if (!started)
    return <Empty title="Not started yet">The attempt is queued: it waits for a free worker.</Empty>;
  return <Empty title="Nothing was printed yet">Lines appear here as they come.</Empty>;
}

interface LinesProps {
  view: LogWindow;
  rows: React.RefObject<HTMLDivElement | null>;
  source: LogSource;
  ended: boolean;
  query: string;
  current: number | null;
  linked: number | undefined;
  onLink: (line: number) => void;
}

/** The rows in sight stand in a box that sticks to the view; the box around it only gives the scroll bar its length. */
function Lines({ view, rows, source, ended, query, current, linked, onLink }: LinesProps) {
  const { wrap, times } = useSyncExternalStore(logPrefs.subscribe, logPrefs.get);
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  const link = useLatest(onLink);
  const [onWhole] = useState(() => (line: number) => setWhole((before) => new Set(before).add(line)));
  const { total } = source.state.get();
  const digits = String(total).length;
  const numbers = Array.from(
    { length: Math.max(0, view.last - view.first + 1) },
    (_, at) => view.first + at + 1,
  );
  const look = { wrap, times, dark, query, digits };
  return (
    <div style={{ height: Math.max(view.barHeight, view.view) }} className={wrap ? "" : "w-max min-w-full"}>
      <div className="sticky top-0 [overflow-y:clip]" style={{ height: view.view }}>
        <div ref={rows} role="list" style={{ transform: `translateY(${view.shift}px)` }}>
          {numbers.map((number) => (
            <Row
              key={number}
              number={number}
              line={source.get(number)}
              // While it grows it has no size: rows that stay the same are not drawn anew.
              of={ended ? total : -1}
              current={number === current}
              linked={number === linked}
              whole={whole.has(number)}
              onWhole={onWhole}
              onLink={link}
              {...look}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** A value that the caller keeps, or, where it does not, we do. */
function useOwn<T>(given: T, onChange: ((next: T) => void) | undefined): [T, (next: T) => void] {
  const [own, setOwn] = useState(given);
  return onChange ? [given, onChange] : [own, setOwn];
}

/** One function for always that calls the latest. */
function useLatest<T>(latest: (value: T) => void): (value: T) => void {
  const kept = useRef(latest);
  useEffect(() => {
    kept.current = latest;
  });
  const [stable] = useState(() => (value: T) => kept.current(value));
  return stable;
}

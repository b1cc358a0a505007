import clsx from "clsx";
import { memo } from "react";
import { clock, count, parseTime } from "@/lib/format";
import { PLAIN, parseAnsi, type Span, type Style } from "./ansi";
import type { Slot } from "./chunks";
import { colorsOf } from "./colors";
import { cut, uncut } from "./cut";
import { mark } from "./marks";

export interface RowLook {
  readonly wrap: boolean;
  readonly times: boolean;
  readonly dark: boolean;
  /** What is marked wherever it stands. */
  readonly query: string;
  /** How many digits the highest line number has. */
  readonly digits: number;
}

interface Props extends RowLook {
  readonly number: number;
  /** How many lines there are in all, -1 while that is not known. */
  readonly of: number;
  readonly line: Slot;
  /** The match that the reader has gone to. */
  readonly current: boolean;
  /** The line that was linked to. */
  readonly linked: boolean;
  readonly whole: boolean;
  readonly onWhole: (number: number) => void;
  readonly onLink: (number: number) => void;
}

/** One line of a log. While it has not been read only its number is shown. */
export const Row = memo(function Row(props: Props) {
  const { number, of, line, wrap, times, digits, current, linked, onLink } = props;
  const system = line?.stream === "system";
  return (
    <div
      role="listitem"
      aria-posinset={number}
      aria-setsize={of}
      data-line={number}
      data-stream={line?.stream}
      data-current={current || undefined}
      className={clsx(
        "group flex w-full items-start",
        !wrap && "h-[18px]",
        current ? "bg-[var(--log-current)]" : linked ? "bg-accent-soft" : "hover:bg-sunken",
      )}
    >
      <span
        className={clsx(
          "sticky left-0 flex shrink-0 select-none self-stretch",
          current ? "bg-[var(--log-current)]" : linked ? "bg-accent-soft" : "bg-panel group-hover:bg-sunken",
        )}
      >
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Link to line ${number}`}
          onClick={() => onLink(number)}
          className={clsx(
            "h-[18px] pr-2 pl-3 text-right hover:text-text hover:underline",
            linked ? "text-text" : "text-dim",
          )}
          style={{ width: `calc(${digits}ch + 1.5rem)` }}
        >
          {number}
        </button>
        <span className="w-[4ch] font-semibold text-danger" title={TITLES[line?.stream ?? "stdout"]}>
          {line?.stream === "stderr" ? "err" : ""}
        </span>
        {times && <span className="w-[13ch] text-dim">{line ? clock(parseTime(line.at)) : ""}</span>}
      </span>
      <span
        className={clsx(
          "min-w-0 flex-1 pr-4 [unicode-bidi:isolate]",
          wrap ? "whitespace-pre-wrap [overflow-wrap:anywhere]" : "whitespace-pre",
          system && "text-dim italic",
        )}
      >
        {line ? <Text {...props} text={line.text} /> : <Absent line={line} />}
      </span>
    </div>
  );
});

const TITLES = { stdout: undefined, stderr: "Standard error", system: "A remark of Penstock's" };

function Absent({ line }: { line: null | undefined }) {
  return <span className="select-none text-dim">{line === null ? "(this line was not kept)" : "…"}</span>;
}

function Text({ text, whole, number, onWhole, query, dark }: Props & { text: string }) {
  const part = whole ? { text: uncut(text), more: false } : cut(text);
  // An empty line is one too when it is copied.
  if (part.text === "" && !part.more) return "\n";
  const spans = mark(parseAnsi(part.text), query);
  return (
    <>
      {spans.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other name, and change only with the whole line
        <StyledSpan key={index} span={span} marked={span.marked} dark={dark} />
      ))}
      {part.more && (
        <button
          type="button"
          onClick={() => onWhole(number)}
          className="ml-1 select-none rounded border border-line bg-sunken px-1 font-sans text-[11px] text-accent leading-4 hover:underline"
        >
          … show all {count(text.length)} characters
        </button>
      )}
    </>
  );
}

function StyledSpan({ span, marked, dark }: { span: Span; marked: boolean; dark: boolean }) {
  if (marked)
    return <mark className="rounded-[2px] bg-[var(--log-mark)] text-[var(--log-on-mark)]">{span.text}</mark>;
  if (span.style === PLAIN) return span.text;
  const { color, background } = colorsOf(span.style, dark);
  return (
    <span className={classOf(span.style)} style={{ color, backgroundColor: background }}>
      {span.text}
    </span>
  );
}

function classOf(style: Style): string {
  return clsx(
    style.bold && "font-bold",
    style.italic && "italic",
    style.underline && "underline",
    style.strike && "line-through",
  );
}

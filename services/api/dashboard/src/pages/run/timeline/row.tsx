import clsx from "clsx";
import { Ban, ChevronRight, CircleHelp, TriangleAlert } from "lucide-react";
import { memo } from "react";
import type { RunEvent } from "@/core/events";
import { originOf, statusAfter, tell } from "@/core/words";
import { clock, duration, moment } from "@/lib/format";
import { StatusMark } from "@/ui/status";
import { eventLine, type NameOf } from "../words/names";
import { EventDetail } from "./detail";

export const ROW = 28;
/** On a phone a row has two lines. */
export const TALL_ROW = 52;

interface Props {
  event: RunEvent;
  nameOf: NameOf;
  /** The event of the row before, if there is one. */
  before: RunEvent | undefined;
  position: number;
  /** Its event is the last that has happened at the moment. */
  present: boolean;
  narrow: boolean;
  open: boolean;
  /** What the fold had against it, if anything. */
  fault: string | undefined;
  /** The event that is its cause, if it is one of the run's. */
  cause: RunEvent | undefined;
  actions: RowActions;
}

export interface RowActions {
  readonly goTo: (position: number) => void;
  readonly goToSeq: (seq: number) => void;
  readonly select: (taskId: string) => void;
  readonly toggle: (position: number) => void;
}

const COLUMNS =
  "grid grid-cols-[1.25rem_4.5rem_6.5rem_5rem_10.5rem_minmax(0,1fr)_minmax(0,15rem)] items-center gap-x-2";

/** One event; how it looks before it has happened says the `group` it is in. Its buttons can be reached by key in the row at the moment alone: the list itself has the keys. */
export const EventRow = memo(function EventRow(props: Props) {
  const { event, position, present, narrow, open, actions } = props;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the list has the keys, of which this row is a part */}
      <div
        role="presentation"
        onClick={() => actions.goTo(position)}
        style={{ height: narrow ? TALL_ROW : ROW }}
        className={clsx(
          "cursor-pointer border-l-3 px-2 text-sm",
          narrow ? "flex flex-col justify-center gap-0.5" : COLUMNS,
          present ? "border-l-accent bg-accent-soft" : "border-l-transparent hover:bg-sunken",
        )}
      >
        {narrow ? <Narrow {...props} /> : <Wide {...props} />}
      </div>
      {open && (
        <div role="gridcell">
          <EventDetail event={event}>
            {narrow && (
              <span className="text-dim text-xs">
                <Because {...props} />
              </span>
            )}
          </EventDetail>
        </div>
      )}
    </>
  );
});

function Wide(props: Props) {
  const { event, before } = props;
  return (
    <>
      <Expand {...props} />
      <span role="gridcell" className="tabular text-dim text-xs">
        {event.seq}
      </span>
      <Time at={event.at} />
      <span role="gridcell" className="tabular truncate text-right text-dim text-xs">
        {delta(event, before)}
      </span>
      <Type {...props} />
      <Words {...props} />
      <span role="gridcell" className="truncate text-dim text-xs">
        <Because {...props} />
      </span>
    </>
  );
}

function Narrow(props: Props) {
  const { event, before } = props;
  return (
    <>
      <div role="presentation" className="flex items-center gap-2">
        <Expand {...props} />
        <Type {...props} />
        <span className="ml-auto" role="presentation" />
        <span role="gridcell" className="tabular text-dim text-xs">
          {delta(event, before)}
        </span>
        <Time at={event.at} />
      </div>
      <div role="presentation" className="flex pl-7 text-xs">
        <Words {...props} />
      </div>
    </>
  );
}

function Expand({ event, position, present, open, actions }: Props) {
  return (
    <span role="gridcell" className="flex">
      <button
        type="button"
        tabIndex={present ? 0 : -1}
        aria-expanded={open}
        aria-label={`Event ${event.seq} as JSON`}
        onClick={(click) => {
          click.stopPropagation();
          actions.toggle(position);
        }}
        className="rounded p-0.5 text-dim hover:text-text"
      >
        <ChevronRight aria-hidden className={clsx("size-3.5 transition-transform", open && "rotate-90")} />
      </button>
    </span>
  );
}

function Time({ at }: { at: number }) {
  return (
    <span role="gridcell" className="tabular text-xs">
      {at === 0 ? "–" : <time title={moment(at)}>{clock(at)}</time>}
    </span>
  );
}

function Type({ event, fault }: Props) {
  return (
    <span role="gridcell" className="flex min-w-0 items-center gap-1.5 text-xs">
      <span className="shrink-0 group-data-future:opacity-50">
        <Mark event={event} />
      </span>
      <span className="truncate">{event.type}</span>
      {fault !== undefined && (
        <span title={`It does not fit what went before: ${fault}`} className="text-danger">
          <TriangleAlert aria-label="It does not fit what went before" className="size-3.5" />
        </span>
      )}
    </span>
  );
}

function Mark({ event }: { event: RunEvent }) {
  const status = statusAfter(event);
  if (status !== null) return <StatusMark status={status} />;
  const Icon = event.type === "FactRejected" ? Ban : CircleHelp;
  return <Icon aria-hidden className="size-3.5 text-dim" />;
}

function Words({ event, nameOf, present, actions }: Props) {
  return (
    <span role="gridcell" className="min-w-0 truncate" title={eventLine(event, nameOf)}>
      {tell(event).map((part, place) =>
        typeof part === "string" ? (
          part
        ) : (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of an event never change
            key={place}
            type="button"
            title={part.task}
            tabIndex={present ? 0 : -1}
            onClick={(click) => {
              click.stopPropagation();
              actions.select(part.task);
            }}
            className="max-w-60 truncate align-bottom font-medium underline decoration-line underline-offset-2 hover:decoration-current"
          >
            <bdi>{nameOf(part.task)}</bdi>
          </button>
        ),
      )}
    </span>
  );
}

/** What brought the event about, with the way there if it is another event of the run. */
function Because({ event, nameOf, cause, present, actions }: Props) {
  const origin = originOf(event);
  if (origin === undefined) return null;
  if (origin.kind === "outside") return <span title={origin.text}>{origin.text}</span>;
  if (cause === undefined) return <span>because of event {origin.seq}</span>;
  return (
    <button
      type="button"
      tabIndex={present ? 0 : -1}
      title={eventLine(cause, nameOf)}
      onClick={(click) => {
        click.stopPropagation();
        actions.goToSeq(cause.seq);
      }}
      className="underline decoration-line underline-offset-2 hover:decoration-current"
    >
      because of event {cause.seq}
    </button>
  );
}

/** How long after the row before; the server's clock may have been set back between them. */
function delta(event: RunEvent, before: RunEvent | undefined): string {
  if (before === undefined || event.at === 0 || before.at === 0) return "";
  const ms = event.at - before.at;
  if (ms === 0) return "";
  return ms < 0 ? `−${duration(-ms)}` : `+${duration(ms)}`;
}

import type { ReactNode } from "react";
import type { RunEvent } from "@/core/events";
import { bytes } from "@/lib/format";
import { CopyButton } from "@/ui/fields";
import { eventJson } from "./event-json";

const LINE = 18;
const MOST_LINES = 16;
/** Of an event that carries megabytes the page shows a beginning; the copy is whole. */
const MOST_SHOWN = 50_000;
const AROUND = 20;

/** The height of an event's details: known beforehand, so that nothing in the list moves once it is there. */
export function detailHeight(event: RunEvent): number {
  const lines = eventJson(event).slice(0, MOST_SHOWN).split("\n").length;
  return Math.min(lines + 1, MOST_LINES) * LINE + AROUND;
}

/** An event as JSON, to read and to copy. */
export function EventDetail({ event, children }: { event: RunEvent; children?: ReactNode }) {
  const json = eventJson(event);
  const cut = json.length > MOST_SHOWN;
  return (
    <div className="relative border-line border-t bg-sunken" style={{ height: detailHeight(event) }}>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
        tabIndex={0}
        aria-label={`Event ${event.seq} as JSON`}
        className="h-full overflow-auto"
      >
        <pre className="px-3 py-2.5 font-mono text-xs" style={{ lineHeight: `${LINE}px` }}>
          {cut ? json.slice(0, MOST_SHOWN) : json}
          {cut && `\n… ${bytes(json.length - MOST_SHOWN)} more: copy it to see all`}
        </pre>
      </section>
      <span className="absolute top-1 right-3 flex items-center gap-2 bg-sunken pl-2">
        {children}
        <CopyButton text={json} label={`Copy event ${event.seq}`} />
      </span>
    </div>
  );
}

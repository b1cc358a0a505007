import { Kbd } from "@/ui/fields";
import { Dialog } from "@/ui/overlay";
import { PAGES } from "./nav";

const EVERYWHERE = [
  ["Ctrl K", "Search and commands"],
  ["/", "Go to the page's search field"],
  ["?", "This list"],
] as const;

const RUN = [
  ["← →", "One event back or forth in the run's history"],
  ["Shift ← →", "A hundredth of the history"],
  ["Home End", "To the first event; to the present"],
  ["Space", "Play the history, or stop"],
] as const;

const LISTS = [
  ["↑ ↓", "The row above; the one below"],
  ["Home End", "The first row; the last"],
  ["Enter", "Open the task; the event as JSON"],
] as const;

const GRAPH = [
  ["+ −", "Closer; further away"],
  ["0", "All of it"],
  ["← → ↑ ↓", "To the next task, or move the graph"],
  ["Enter", "Open the task"],
] as const;

const GANTT = [
  ["↑ ↓", "The task above; the one below"],
  ["Home End", "The first task; the last"],
  ["Enter", "Open the task"],
  ["+ −", "Closer; further away"],
  ["0", "The whole run"],
] as const;

const LOG = [
  ["g G Home End", "To the first line; to the end, and stay there"],
  ["/", "Search the log"],
  ["n N", "The next match; the one before"],
] as const;

export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const pages = PAGES.map(({ key, label }) => [`g ${key}`, label] as const);
  return (
    <Dialog open wide onOpenChange={onClose} title="Keys">
      <div className="gap-10 md:columns-2">
        <Keys title="Everywhere" rows={[...EVERYWHERE, ...pages]} />
        <Keys title="On a run" rows={RUN}>
          What has the focus comes first: in a list, a log or a text that scrolls, Home and End lead to its
          own ends.
        </Keys>
        <Keys title="On a list of tasks or events that has the focus" rows={LISTS} />
        <Keys title="On a log that has the focus" rows={LOG} />
        <Keys title="On a graph that has the focus" rows={GRAPH} />
        <Keys title="On a Gantt chart that has the focus" rows={GANTT} />
      </div>
    </Dialog>
  );
}

interface KeysProps {
  title: string;
  rows: readonly (readonly [string, string])[];
  children?: string;
}

function Keys({ title, rows, children }: KeysProps) {
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="mb-1 font-medium text-sm">{title}</h3>
      <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1.5 text-sm">
        {rows.map(([keys, text]) => (
          <div key={keys} className="contents">
            <dt>
              <Kbd>{keys}</Kbd>
            </dt>
            <dd className="text-dim">{text}</dd>
          </div>
        ))}
      </dl>
      {children && <p className="mt-1.5 text-dim text-xs">{children}</p>}
    </section>
  );
}

import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { TriangleAlert } from "lucide-react";
import { useCallback, useDeferredValue } from "react";
import type { RunDetail } from "@/api/types";
import { useWide } from "@/lib/use-wide";
import { Failure } from "@/ui/notices";
import { Counts } from "./counts";
import { useRunSearch } from "./data/use-search";
import { RunHead } from "./head";
import { TaskPanel } from "./panel";
import { Scrubber } from "./scrubber";
import { RunTabs } from "./tabs";
import { type RunView, useRunView } from "./view";

const BESIDE = "(min-width: 1024px)";

/** The page fills the window, the scrubber always at its foot: what is above it scrolls by itself. */
export function RunScreen({ detail, onForked }: { detail: RunDetail; onForked: () => void }) {
  const view = useRunView(detail, onForked);
  // What is large follows the hand on the scrubber as fast as it can, and never holds it up.
  const calm = useDeferredValue(view);
  const [search, change] = useRunSearch();
  const wide = useWide(BESIDE);
  const onSelect = useCallback(
    (taskId: string | undefined) => void change({ task: taskId || undefined }),
    [change],
  );
  const panel = search.task !== undefined && (
    <TaskPanel view={calm} taskId={search.task} onSelect={onSelect} />
  );
  return (
    <div className="flex flex-col md:h-[calc(100vh-2.5rem)] md:min-h-[36rem]">
      <RunHead view={view} />
      <Counts counts={view.run.counts} />
      <Notices view={view} />
      <div className="flex min-h-0 flex-1 gap-3">
        <RunTabs view={calm} selected={search.task} onSelect={onSelect} />
        {wide && panel && <div className="flex w-[27rem] shrink-0 flex-col">{panel}</div>}
      </div>
      <div className="sticky bottom-14 z-20 mt-3 md:bottom-0">
        {!wide && panel && <div className="mb-2 flex max-h-[46vh] flex-col shadow-xl">{panel}</div>}
        <Scrubber view={view} onTask={onSelect} />
      </div>
    </div>
  );
}

/** What is to be known before anything else is looked at. */
function Notices({ view }: { view: RunView }) {
  const { run, chronicle, moment, retry } = view;
  const faults = chronicle.history.faults.length;
  return (
    <>
      {chronicle.error && <Failure error={chronicle.error} retry={retry} />}
      {run.status === "requested" && !moment.past && <NotTaken />}
      {faults > 0 && (
        <Notice>
          {faults === 1 ? "One event of" : `${faults} events of`} this run did not fit what went before, so
          what you see may not be what was. `penstock verify` tells more.
        </Notice>
      )}
    </>
  );
}

function NotTaken() {
  return (
    <Notice calm>
      No scheduler has taken this run yet. It is written down and starts as soon as one does: see{" "}
      <Link to="/ui/system" className="text-accent underline">
        System
      </Link>{" "}
      for the schedulers that are up, or start one with <code className="font-mono text-xs">penstock up</code>
      .
    </Notice>
  );
}

function Notice({ calm = false, children }: { calm?: boolean; children: React.ReactNode }) {
  return (
    <div
      role="status"
      className={clsx(
        "mb-2 flex items-start gap-2 rounded-md border px-3 py-1.5 text-sm",
        calm ? "border-line bg-sunken" : "border-danger/40 bg-danger/5",
      )}
    >
      {!calm && <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />}
      <p className="min-w-0">{children}</p>
    </div>
  );
}

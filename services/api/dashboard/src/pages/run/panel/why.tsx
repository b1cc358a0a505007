import { Fragment } from "react";
import type { History } from "@/core/history";
import type { Reason } from "@/core/reasons";
import { explain } from "@/core/why";
import { clock } from "@/lib/format";
import { useRetries } from "../data/use-retries";
import { type RunView, useUntil } from "../view";
import { type Part as Piece, tell } from "../words/why-words";
import { Part } from "./part";
import { SpentBar } from "./spent";
import { TaskButton } from "./task-button";

interface Links {
  view: RunView;
  onSelect: (taskId: string) => void;
}

/** Why the task stands where it stands at the moment, and where its time has gone. */
export function Why({ view, history, taskId, onSelect }: Links & { history: History; taskId: string }) {
  const retries = useRetries(view.detail);
  const until = useUntil(view);
  const { reasons, durations } = explain(history, taskId, view.moment.n, until, retries);
  return (
    <Part title="Why">
      <ol className="space-y-1.5 text-sm" data-testid="why">
        {reasons.slice(0, MOST).map((reason) => (
          <li key={keyOf(reason)} className="flex gap-2">
            <span aria-hidden className="mt-[0.62em] size-1 shrink-0 rounded-full bg-strong-line" />
            <span className="min-w-0 break-words">
              {tell(reason, taskId).map((piece, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a sentence is replaced as a whole
                <Fragment key={place}>
                  <Word piece={piece} view={view} onSelect={onSelect} />
                </Fragment>
              ))}
            </span>
          </li>
        ))}
        {reasons.length > MOST && (
          <li className="text-dim">… and {reasons.length - MOST} more like these.</li>
        )}
        {reasons.length === 0 && <li className="text-dim">There is nothing to tell.</li>}
      </ol>
      <SpentBar durations={durations} nameOf={view.nameOf} />
    </Part>
  );
}

/** A task may wait for thousands of others. */
const MOST = 12;

function keyOf(reason: Reason): string {
  return `${reason.kind} ${reason.task_id} ${reason.seq}`;
}

function Word({ piece, view, onSelect }: Links & { piece: Piece }) {
  if (typeof piece === "string") return piece;
  if ("task" in piece) return <TaskButton taskId={piece.task} view={view} onSelect={onSelect} />;
  if ("code" in piece) return <code className="break-all font-mono text-xs">{piece.code}</code>;
  return (
    <button
      type="button"
      onClick={() => view.moment.visit(piece.seq)}
      title={`Go to event ${piece.seq}`}
      className="tabular text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent"
    >
      {clock(piece.at)}
    </button>
  );
}

import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";

const SHOWN = 12;

/** `inText` says that it stands in a sentence, where its colour alone would not tell that it is a link. */
export function TaskLink({ runId, taskId, inText }: { runId: string; taskId: string; inText?: boolean }) {
  return (
    <Link
      to="/ui/runs/$runId/tasks/$taskId"
      params={{ runId, taskId }}
      className={clsx(
        "text-accent [overflow-wrap:anywhere]",
        inText ? "underline underline-offset-2" : "hover:underline",
      )}
    >
      {taskId}
    </Link>
  );
}

/** Tasks one after the other; of very many the first few, until somebody wants all. */
export function TaskLinks({ runId, ids, none }: { runId: string; ids: readonly string[]; none: string }) {
  const [all, setAll] = useState(false);
  if (ids.length === 0) return <span className="text-dim">{none}</span>;
  const shown = all ? ids : ids.slice(0, SHOWN);
  return (
    <ul className="flex max-h-40 flex-wrap gap-x-3 gap-y-0.5 overflow-y-auto">
      {shown.map((id) => (
        <li key={id}>
          <TaskLink runId={runId} taskId={id} />
        </li>
      ))}
      {shown.length < ids.length && (
        <li>
          <Button size="small" kind="ghost" onClick={() => setAll(true)}>
            {count(ids.length - shown.length)} more
          </Button>
        </li>
      )}
    </ul>
  );
}

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";

const SHOWN = 12;

export function TaskLink({ runId, taskId }: { runId: string; taskId: string }) {
  return (
    <Link
      to="/ui/runs/$runId/tasks/$taskId"
      params={{ runId, taskId }}
      className="text-accent hover:underline [overflow-wrap:anywhere]"
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

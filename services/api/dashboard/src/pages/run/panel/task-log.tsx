import { lazy, Suspense } from "react";
import type { History } from "@/core/history";
import { Loading } from "@/ui/notices";
import { Part } from "./part";

const LogViewer = lazy(() => import("@/logs").then((module) => ({ default: module.LogViewer })));

const HEIGHT = "16rem";

interface Props {
  runId: string;
  history: History;
  taskId: string;
  attempt: number;
  past: boolean;
}

/** What an attempt printed. A log has no moments: it is shown as far as it goes now. */
export function TaskLog({ runId, history, taskId, attempt, past }: Props) {
  const now = history.laneAt(taskId, history.length).attempts.find((one) => one.attempt === attempt);
  return (
    <Part title="Log" actions={past && <span className="text-dim text-xs">as it is now</span>}>
      {now === undefined || (now.started_seq === 0 && now.end === null) ? (
        <p className="text-dim text-sm">No worker has taken this attempt yet. What it prints appears here.</p>
      ) : (
        <Suspense fallback={<Loading what="Opening the log" />}>
          <LogViewer
            compact
            height={HEIGHT}
            runId={runId}
            taskId={taskId}
            attempt={attempt}
            ended={now.end !== null}
          />
        </Suspense>
      )}
    </Part>
  );
}

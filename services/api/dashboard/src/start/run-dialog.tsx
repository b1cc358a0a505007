/** What is going to run, and the one thing that can be chosen about it. */

import { Play } from "lucide-react";
import { useState } from "react";
import type { DagEntry } from "@/api/types";
import { plural } from "@/lib/format";
import { Button } from "@/ui/button";
import { Input } from "@/ui/fields";
import { Dialog } from "@/ui/overlay";
import { Ago } from "@/ui/time";
import { useStart } from "./use-start";

const VISIBLE = /^[!-~]{1,255}$/;

export function RunDialog({ dag, onClose }: { dag: DagEntry; onClose: () => void }) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const start = useStart();
  const wrong = key !== "" && !VISIBLE.test(key);
  const run = async () => {
    setBusy(true);
    const taken = await start({ dagId: dag.dag_id, name: dag.name, ...(key && { key }) }, true);
    if (taken) onClose();
    else setBusy(false);
  };
  return (
    <Dialog open onOpenChange={onClose} title={`Run ${dag.name}`}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong && !busy) void run();
        }}
      >
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <dt className="text-dim">DAG</dt>
          <dd className="break-all font-mono">{dag.dag_id}</dd>
          <dt className="text-dim">Version</dt>
          <dd>
            <span className="font-mono">{dag.version}</span>, registered{" "}
            <Ago at={dag.registered_at} absent="just now" />
          </dd>
          <dt className="text-dim">Tasks</dt>
          <dd>{plural(dag.task_count, "task")}</dd>
        </dl>
        <div className="text-sm">
          <label htmlFor="run-key" className="font-medium">
            Idempotency key
          </label>{" "}
          <span className="text-dim">(optional)</span>
          <Input
            id="run-key"
            value={key}
            onChange={(event) => setKey(event.target.value.trim())}
            placeholder="report-2026-11-26"
            aria-invalid={wrong}
            aria-describedby="run-key-hint"
            className="mt-1 w-full font-mono"
          />
          <span id="run-key-hint" className={wrong ? "text-danger text-xs" : "text-dim text-xs"}>
            {wrong
              ? "A key has 1 to 255 visible ASCII characters."
              : "The same key again within two days opens the same run instead of starting another."}
          </span>
        </div>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" kind="primary" disabled={wrong || busy}>
            <Play aria-hidden className="size-4" /> Run
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { Ban, RotateCw } from "lucide-react";
import { memo, useState } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import type { RunDetail } from "@/api/types";
import type { RunStatus } from "@/core/status";
import { hasEnded } from "@/lib/runs";
import { useStart } from "@/start/use-start";
import { Button } from "@/ui/button";
import { Dialog, Tooltip } from "@/ui/overlay";

interface Props {
  detail: RunDetail;
  /** How the run stands in the present, whatever moment is looked at: that is when something is done to it. */
  status: RunStatus;
}

/** What can be done to the run. */
export const RunActions = memo(function RunActions({ detail, status }: Props) {
  return (
    <>
      {!hasEnded({ status }) && <CancelRun runId={detail.run_id} cancelling={status === "cancelling"} />}
      <Rerun dagId={detail.dag_id} name={detail.dag_name} />
    </>
  );
});

function CancelRun({ runId, cancelling }: { runId: string; cancelling: boolean }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const cancel = async () => {
    setBusy(true);
    try {
      await body(api.POST("/runs/{run_id}/cancel", { params: { path: { run_id: runId } } }));
      toast.success("The run was asked to end");
    } catch (error) {
      toast.error(asError(error).message);
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <Button kind="danger" disabled={cancelling} onClick={() => setAsking(true)}>
        <Ban aria-hidden className="size-4" />
        {cancelling ? "Cancelling" : "Cancel"}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this run?"
        description="Tasks that wait end at once, those that run are killed. What has ended stays as it is."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Keep it</Button>
          <Button kind="danger" disabled={busy} onClick={() => void cancel()}>
            Cancel the run
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function Rerun({ dagId, name }: { dagId: string; name: string }) {
  const start = useStart();
  const [busy, setBusy] = useState(false);
  const rerun = async () => {
    setBusy(true);
    if (await start({ dagId, name }, true)) toast.success("A new run was started: this is it");
    setBusy(false);
  };
  return (
    <Tooltip text="Starts a new run of the DAG, in its current version, and goes there">
      <Button disabled={busy} onClick={() => void rerun()}>
        <RotateCw aria-hidden className="size-4" />
        Rerun
      </Button>
    </Tooltip>
  );
}

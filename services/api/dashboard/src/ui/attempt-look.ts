import type { Attempt } from "@/api/types";
import type { Status } from "./status";

interface Look {
  /** The mark and the colour it has. */
  readonly status: Status;
  readonly label: string;
}

/** How an attempt looks, wherever it is shown. */
export const ATTEMPT_LOOKS: Readonly<Record<Attempt["status"], Look>> = {
  ready: { status: "ready", label: "Ready" },
  running: { status: "running", label: "Running" },
  succeeded: { status: "succeeded", label: "Succeeded" },
  failed: { status: "failed", label: "Failed" },
  cancelled: { status: "cancelled", label: "Cancelled" },
  lost: { status: "failed", label: "Lost" },
  returned: { status: "retrying", label: "Given back" },
};

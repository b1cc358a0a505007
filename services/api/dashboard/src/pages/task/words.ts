/** An attempt in words. */

import type { Attempt, TaskDetail } from "@/api/types";
import { ATTEMPT_LOOKS } from "@/ui/attempt-look";

export function lookOf(attempt: Attempt) {
  return ATTEMPT_LOOKS[attempt.status];
}

/** Why the attempt was made ready; what it had waited for last comes after it as a link. */
export function madeReady({ reason }: Attempt): string {
  switch (reason) {
    case "start":
      return "it waits for no other task";
    case "dependencies":
      return "the last of its dependencies had succeeded:";
    case "retry":
      return "the attempt before had failed";
    case "lost":
      return "the worker of the attempt before fell silent";
    case "returned":
      return "the worker of the attempt before gave it back";
    default:
      return reason;
  }
}

/** How an attempt ended where it is not its program that ended it. */
export function endedBy(attempt: Attempt): string | null {
  if (attempt.status === "lost") {
    return "Its worker fell silent: what it did after its last line is not known. It does not count against the retries.";
  }
  if (attempt.status === "returned")
    return "Its worker gave it back before it was done, as when it shuts down.";
  if (attempt.status === "cancelled") return "The run was cancelled, and the attempt with it.";
  return null;
}

/** Why there is no attempt: a title and what is behind it. */
export function notTried({ status, run_status }: TaskDetail): { title: string; text: string } {
  switch (status) {
    case "upstream_failed":
      return { title: "It will not run", text: "A task that it depends on did not succeed:" };
    case "skipped":
      return { title: "It was skipped", text: "So there is no attempt, and nothing was printed." };
    case "cancelled":
      return {
        title: "It was cancelled before it began",
        text: "So there is no attempt, and nothing was printed.",
      };
    default:
      if (run_status === "requested") {
        return { title: "The run has not begun yet", text: "It waits for a scheduler." };
      }
      return { title: "It has not been tried yet", text: "What it prints will appear here, line by line." };
  }
}

import { useSyncExternalStore } from "react";
import { type Connection, connection } from "@/live/stream";
import { Tooltip } from "@/ui/overlay";

const TEXTS: Record<Connection, { label: string; color: string; hint: string }> = {
  off: { label: "Idle", color: "var(--s-waiting)", hint: "This page shows nothing that changes." },
  connecting: { label: "Connecting", color: "var(--s-ready)", hint: "Opening the live stream." },
  live: { label: "Live", color: "var(--s-succeeded)", hint: "Everything on this page is as it is now." },
  waiting: {
    label: "Reconnecting",
    color: "var(--s-retrying)",
    hint: "The live stream is broken off. What you see may be old; it goes on without a gap once the API answers.",
  },
  refused: {
    label: "Reconnecting",
    color: "var(--s-retrying)",
    hint: "The API does not go on from where this page was. The page is read anew; until then it may be old.",
  },
  resting: {
    label: "Resting",
    color: "var(--s-waiting)",
    hint: "The tab was hidden; it goes on when you look.",
  },
};

export function ConnectionIndicator() {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  const { label, color, hint } = TEXTS[state];
  return (
    <Tooltip text={hint}>
      <button
        type="button"
        className="inline-flex items-center gap-2 rounded-md px-2 py-1 text-dim text-xs"
        data-connection={state}
      >
        <span className="size-2 rounded-full" style={{ background: color }} />
        <span role="status">{label}</span>
      </button>
    </Tooltip>
  );
}

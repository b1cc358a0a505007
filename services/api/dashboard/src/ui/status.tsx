/**
 * The one palette of states: a colour, a shape and a word each, the same in tables, graphs, charts and legends. The
 * shape says it without the colour.
 */

import clsx from "clsx";

export const STATUSES = {
  requested: { label: "Requested", color: "var(--s-waiting)" },
  waiting: { label: "Waiting", color: "var(--s-waiting)" },
  ready: { label: "Ready", color: "var(--s-ready)" },
  running: { label: "Running", color: "var(--s-running)" },
  retrying: { label: "Retrying", color: "var(--s-retrying)" },
  cancelling: { label: "Cancelling", color: "var(--s-cancelled)" },
  succeeded: { label: "Succeeded", color: "var(--s-succeeded)" },
  failed: { label: "Failed", color: "var(--s-failed)" },
  skipped: { label: "Skipped", color: "var(--s-skipped)" },
  upstream_failed: { label: "Upstream failed", color: "var(--s-upstream_failed)" },
  cancelled: { label: "Cancelled", color: "var(--s-cancelled)" },
} as const;

export type Status = keyof typeof STATUSES;

/** In the order in which a task or a run goes through them; for legends and stacked bars. */
export const TASK_ORDER = [
  "succeeded",
  "failed",
  "upstream_failed",
  "skipped",
  "cancelled",
  "running",
  "retrying",
  "ready",
  "waiting",
] as const satisfies readonly Status[];

/** What is drawn of each status inside a box of 16 × 16: the outline of the mark, and whether it is filled. */
const SHAPES: Record<Status, { path: string; filled: boolean; dashed?: boolean; cut?: string }> = {
  requested: { path: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2Z", filled: false, dashed: true },
  waiting: { path: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2Z", filled: false },
  ready: { path: "M8 1.6 14.4 8 8 14.4 1.6 8Z", filled: false },
  running: { path: "M4 2.2 13.6 8 4 13.8Z", filled: true },
  retrying: { path: "M12.9 5.2A5.6 5.6 0 1 0 13.6 8M13.4 1.8V5.6H9.6", filled: false },
  cancelling: { path: "M3 3h10v10H3Z", filled: false },
  succeeded: {
    path: "M8 1.5a6.5 6.5 0 1 1 0 13A6.5 6.5 0 1 1 8 1.5Z",
    filled: true,
    cut: "M5 8.2 7.2 10.4 11.2 6",
  },
  failed: {
    path: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2Z",
    filled: true,
    cut: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  },
  skipped: { path: "M3 3.5 8 8l-5 4.5M8.5 3.5l5 4.5-5 4.5", filled: false },
  upstream_failed: { path: "M8 1.6 15 14H1Z", filled: true, cut: "M8 6v4M8 11.9v.2" },
  cancelled: { path: "M3 3h10v10H3Z", filled: true, cut: "M5.5 8h5" },
};

export function StatusMark({ status, size = 14 }: { status: Status; size?: number }) {
  const { path, filled, dashed, cut } = SHAPES[status];
  const { color } = STATUSES[status];
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" className="shrink-0">
      <path
        d={path}
        fill={filled ? color : "none"}
        stroke={color}
        strokeWidth={filled ? 1 : 1.8}
        strokeLinejoin="round"
        strokeLinecap="round"
        strokeDasharray={dashed ? "2.4 2.2" : undefined}
      />
      {cut && (
        <path
          d={cut}
          fill="none"
          stroke="var(--panel)"
          strokeWidth={1.8}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}

export function StatusBadge({ status, className }: { status: Status; className?: string }) {
  const { label, color } = STATUSES[status];
  return (
    <span
      className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap font-medium", className)}
      style={{ color }}
      data-status={status}
    >
      <StatusMark status={status} />
      {label}
    </span>
  );
}

/** Path and style of a mark, for drawing on a canvas; see `StatusMark`. */
export function shapeOf(status: Status): { path: string; filled: boolean; cut?: string } {
  return SHAPES[status];
}

/** A bar of how many tasks stand in which status. Its parts are told to those who do not see it. */
export function StatusBar({
  counts,
  className,
}: {
  counts: Partial<Record<Status, number>>;
  className?: string;
}) {
  const parts = TASK_ORDER.map((status) => ({ status, value: counts[status] ?? 0 })).filter(
    (part) => part.value,
  );
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  const text = parts.map((part) => `${part.value} ${STATUSES[part.status].label.toLowerCase()}`).join(", ");
  return (
    <div
      role="img"
      aria-label={text || "no tasks"}
      title={text}
      className={clsx("flex h-2 min-w-16 overflow-hidden rounded-full bg-sunken", className)}
    >
      {parts.map(({ status, value }) => (
        <span
          key={status}
          className={clsx("h-full", status === "waiting" && "opacity-35")}
          style={{ width: `${(100 * value) / total}%`, background: STATUSES[status].color }}
        />
      ))}
    </div>
  );
}

export function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-dim text-xs">
      {TASK_ORDER.map((status) => (
        <li key={status} className="inline-flex items-center gap-1.5">
          <StatusMark status={status} size={12} />
          {STATUSES[status].label}
        </li>
      ))}
    </ul>
  );
}

import type { ReactNode } from "react";

const ITEMS: readonly { readonly label: string; readonly sample: ReactNode }[] = [
  {
    label: "waiting for dependencies",
    sample: <path d="M0 6h26" stroke="var(--s-waiting)" strokeWidth={1} />,
  },
  {
    label: "in the queue",
    sample: (
      <path
        d="M.5 1.5h25v9H.5ZM1 8 8 1.5M3 10.5l9-9M8 10.5l9-9M13 10.5l9-9M18 10.5l7-7"
        stroke="var(--s-ready)"
        strokeWidth={1.1}
        fill="none"
      />
    ),
  },
  { label: "running", sample: <rect y={0.5} width={26} height={11} rx={2} fill="var(--s-running)" /> },
  {
    label: "waiting to try again",
    sample: (
      <path
        d="M2 6h24"
        stroke="var(--s-retrying)"
        strokeWidth={2.4}
        strokeLinecap="round"
        strokeDasharray="0 5"
      />
    ),
  },
  {
    label: "lost or given back",
    sample: (
      <rect x={0.8} y={1} width={24.4} height={10} fill="none" stroke="var(--s-failed)" strokeWidth={1.6} />
    ),
  },
];

/** What the patterns of the bars mean; their colours are those of the statuses. */
export function BarLegend() {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 border-line border-t px-3 py-2 text-dim text-xs">
      {ITEMS.map(({ label, sample }) => (
        <li key={label} className="inline-flex items-center gap-1.5">
          <svg viewBox="0 0 26 12" width={26} height={12} aria-hidden="true">
            {sample}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

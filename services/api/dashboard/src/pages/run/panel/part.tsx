import type { ReactNode } from "react";

/** A part of the panel with its heading. */
export function Part(props: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-line border-b px-3.5 py-2.5 last:border-0">
      <div className="mb-1 flex min-h-6 items-center justify-between gap-2">
        <h3 className="font-semibold text-dim text-xs">{props.title}</h3>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}

/** Text as it is, that scrolls by itself. */
export function Block({ label, text }: { label: string; text: string }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by key
      tabIndex={0}
      aria-label={label}
      className="mt-1.5 max-h-64 overflow-auto rounded-md bg-sunken p-2"
    >
      <pre className="font-mono text-xs leading-5">{text}</pre>
    </section>
  );
}

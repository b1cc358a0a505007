import clsx from "clsx";
import type { ReactNode } from "react";

/** Names and values: one pair a line or, `inline`, one after the other as far as a line goes. */
export function Facts({ inline = false, children }: { inline?: boolean; children: ReactNode }) {
  return (
    <dl
      className={clsx(
        "gap-y-1.5",
        inline
          ? "flex flex-wrap gap-x-6 text-xs [&>div]:flex [&>div]:gap-1.5"
          : "grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 text-sm [&>div]:contents",
      )}
    >
      {children}
    </dl>
  );
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt className="text-dim">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

import clsx from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { COLUMNS, type ColumnKey, HIDDEN, LINE } from "./columns";
import type { Sorting } from "./rows";

/** The heads of the columns, which sort. */
export function TaskHead({
  sorting,
  onSort,
}: {
  sorting: Sorting | undefined;
  onSort: (key: ColumnKey) => void;
}) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={clsx(LINE, "sticky top-0 z-10 h-8 border-line border-b bg-panel")}
    >
      {COLUMNS.map(({ key, label, right }) => {
        const on = sorting?.key === key;
        const Arrow = sorting?.descending ? ArrowDown : ArrowUp;
        return (
          <span
            key={key}
            role="columnheader"
            aria-sort={on ? (sorting.descending ? "descending" : "ascending") : "none"}
            className={clsx(HIDDEN[key], right && "text-right")}
          >
            <button
              type="button"
              onClick={() => onSort(key)}
              className={clsx(
                "inline-flex items-center gap-0.5 font-medium text-xs hover:text-text",
                on ? "text-text" : "text-dim",
              )}
            >
              <span className={clsx(key === "status" && "@max-md:sr-only")}>{label}</span>
              {on && <Arrow aria-hidden className="size-3" />}
            </button>
          </span>
        );
      })}
    </div>
  );
}

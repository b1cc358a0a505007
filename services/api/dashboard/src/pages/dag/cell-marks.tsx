/**
 * The marks of the grid's cells. A grid in sight has two thousand of them: each is a background, which the browser draws
 * once, and not a drawing of its own.
 */

import { type CSSProperties, type ReactNode, useMemo, useSyncExternalStore } from "react";
import { isDark } from "@/app/theme";
import { STATUSES, shapeOf } from "@/ui/status";
import { CELLS } from "./cells";

const CELL_PX = 16;

/** Gives what is inside the marks, in the colours of the theme. */
export function CellMarks({ children }: { children: ReactNode }) {
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the theme
  const marks = useMemo(() => drawMarks(), [dark]);
  return <div style={{ ...marks, display: "contents" }}>{children}</div>;
}

/** The style of a cell of `CELL_PX` × `CELL_PX` that shows its mark. */
export function cellStyle(cell: string): CSSProperties {
  return { width: CELL_PX, height: CELL_PX, backgroundImage: `var(--cell-${cell})` };
}

function drawMarks(): CSSProperties {
  const root = getComputedStyle(document.documentElement);
  const color = (name: string) => root.getPropertyValue(name).trim();
  const panel = color("--panel");
  return Object.fromEntries(
    Object.entries(CELLS).map(([cell, status]) => {
      const { path, filled, cut } = shapeOf(status);
      const own = color(STATUSES[status].color.slice("var(".length, -1));
      const svg =
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">` +
        `<rect x=".5" y=".5" width="15" height="15" rx="2.5" fill="${own}" opacity="${status === "waiting" ? 0.1 : 0.2}"/>` +
        `<g transform="translate(3.2 3.2) scale(.6)" stroke-linejoin="round" stroke-linecap="round">` +
        `<path d="${path}" fill="${filled ? own : "none"}" stroke="${own}" stroke-width="${filled ? 1 : 2.2}"/>` +
        (cut ? `<path d="${cut}" fill="none" stroke="${panel}" stroke-width="2.2"/>` : "") +
        `</g></svg>`;
      return [`--cell-${cell}`, `url("data:image/svg+xml,${encodeURIComponent(svg)}")`];
    }),
  );
}

/** The marks of the grid's cells, defined once and used by thousands of cells. */

import { STATUSES, shapeOf } from "@/ui/status";
import { CELLS } from "./cells";

export const CELL_PX = 16;

export function CellMarks() {
  return (
    <svg aria-hidden="true" className="absolute size-0">
      {Object.entries(CELLS).map(([cell, status]) => {
        const { path, filled, cut } = shapeOf(status);
        const { color } = STATUSES[status];
        return (
          <symbol key={cell} id={`cell-${cell}`} viewBox="0 0 16 16">
            <rect
              x="0.5"
              y="0.5"
              width="15"
              height="15"
              rx="2.5"
              fill={color}
              opacity={status === "waiting" ? 0.1 : 0.2}
            />
            <g transform="translate(3.2 3.2) scale(0.6)" strokeLinejoin="round" strokeLinecap="round">
              <path d={path} fill={filled ? color : "none"} stroke={color} strokeWidth={filled ? 1 : 2.2} />
              {cut && <path d={cut} fill="none" stroke="var(--panel)" strokeWidth={2.2} />}
            </g>
          </symbol>
        );
      })}
    </svg>
  );
}

export function CellMark({ cell }: { cell: string }) {
  return (
    <svg width={CELL_PX} height={CELL_PX} aria-hidden="true">
      <use href={`#cell-${cell}`} />
    </svg>
  );
}

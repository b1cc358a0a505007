import { type PointerEvent, useState } from "react";
import { duration } from "@/lib/format";
import type { Tick } from "./ticks";
import type { View } from "./use-view";
import type { Warp } from "./warp";

interface Props {
  view: View;
  warp: Warp;
  ticks: readonly Tick[];
  /** Where the chart begins. */
  left: number;
  momentX: number;
  onTime: (ms: number) => void;
}

interface Drag {
  readonly from: number;
  readonly to: number;
  /** Somebody took hold of the moment rather than of the axis. */
  readonly moves: boolean;
}

const CLICK = 4;
const GRIP = 8;
/** How wide a letter of a label is at most; a label that would be cut off is left out. */
const LETTER = 7;
const SPARE = 10;

/** The times along the top. A click goes to a moment, so does dragging the moment's flag; dragging elsewhere zooms. */
export function Axis({ view, warp, ticks, left, momentX, onTime }: Props) {
  const { scale } = view;
  const [drag, setDrag] = useState<Drag | null>(null);
  const goTo = (x: number) => onTime(warp.real(scale.time(x)));
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const x = xOf(event);
    setDrag({ from: x, to: x, moves: Math.abs(x - momentX) <= GRIP });
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag === null) return;
    setDrag({ ...drag, to: xOf(event) });
    if (drag.moves) goTo(xOf(event));
  };
  const up = (event: PointerEvent<HTMLDivElement>) => {
    if (drag === null) return;
    setDrag(null);
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    if (drag.moves || to - from < CLICK) goTo(xOf(event));
    else view.show({ from: scale.time(from), to: scale.time(to) });
  };
  return (
    <div className="shrink-0 relative h-8 select-none overflow-hidden border-line border-b text-xs">
      <div
        aria-hidden
        data-testid="gantt-axis"
        title="Click: go to this moment. Drag: zoom in."
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => setDrag(null)}
        className="absolute inset-y-0 right-0 cursor-crosshair touch-none"
        style={{ left }}
      >
        {warp.breaks.map((gap) => (
          <div
            key={gap.from}
            title={`${duration(gap.ms)} in which nothing was under way`}
            className="absolute inset-y-0 bg-sunken"
            style={{ left: scale.x(gap.from), width: scale.x(gap.to) - scale.x(gap.from) }}
          />
        ))}
        {ticks.map(({ x, label }) => (
          <span
            key={label}
            className="tabular absolute top-2 h-4 whitespace-nowrap border-line border-l pl-1 text-dim"
            style={{ left: x }}
          >
            {x + LETTER * label.length <= scale.width + SPARE && label}
          </span>
        ))}
        {drag !== null && !drag.moves && (
          <div
            className="absolute inset-y-0 border-accent border-x bg-accent/20"
            style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
          />
        )}
        <div
          className="absolute bottom-0 h-3 w-3.5 -translate-x-1/2 cursor-ew-resize bg-accent"
          style={{ left: momentX, clipPath: "polygon(0 0, 100% 0, 50% 100%)" }}
        />
      </div>
    </div>
  );
}

function xOf(event: PointerEvent<HTMLElement>): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left;
}

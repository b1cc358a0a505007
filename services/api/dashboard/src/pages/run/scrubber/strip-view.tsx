import { type PointerEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { isDark } from "@/app/theme";
import type { History } from "@/core/history";
import { clock } from "@/lib/format";
import { useSize } from "@/lib/use-size";
import { eventLine, type NameOf } from "../words/names";
import { drawStrip, readColors } from "./draw";
import { columnsOf, densities, marksOf, momentAt, placeOf } from "./strip";

interface Props {
  history: History;
  length: number;
  n: number;
  nameOf: NameOf;
  onMove: (n: number) => void;
}

/** The slider: every event of the history from left to right, in the colour of what it did, higher where they came fast. */
export function Strip({ history, length, n, nameOf, onMove }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const drag = useDrag(length, onMove);
  const [hover, setHover] = useState<number | null>(null);
  const event = history.events[n - 1];
  const text = event ? `${clock(event.at)} ${eventLine(event, nameOf)}` : "Nothing has happened yet";
  const at = placeOf(n, length);
  return (
    <div>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Moment of the run"
        aria-valuemin={Math.min(1, length)}
        aria-valuemax={length}
        aria-valuenow={n}
        aria-valuetext={`Event ${n} of ${length}: ${text}`}
        className="relative h-8 cursor-ew-resize touch-none select-none rounded-sm bg-sunken"
        {...drag}
        onPointerMove={(pointer) => {
          drag.onPointerMove(pointer);
          if (pointer.pointerType === "mouse") setHover(momentUnder(pointer, length));
        }}
        onPointerLeave={() => setHover(null)}
      >
        <Picture history={history} length={length} width={width} />
        <div className="absolute inset-y-0 right-0 bg-panel/75" style={{ left: `${at * 100}%` }} />
        <div
          className="absolute -inset-y-1 w-0.5 -translate-x-1/2 bg-text shadow-[0_0_0_1px_var(--panel)]"
          style={{ left: `${at * 100}%` }}
        >
          <span className="absolute -top-1 left-1/2 size-2.5 -translate-x-1/2 rounded-full border-2 border-panel bg-text" />
        </div>
        {hover !== null && hover !== n && hover <= length && (
          <HoverLabel history={history} n={hover} length={length} nameOf={nameOf} />
        )}
      </div>
      <Times history={history} length={length} width={width} />
    </div>
  );
}

function Picture({ history, length, width }: { history: History; length: number; width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the length stands for what has come into the history
  const columns = useMemo(() => columnsOf(history.events, width), [history, length, width]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const surface = canvas.current;
    if (surface === null || width === 0) return;
    drawStrip(
      surface,
      columns,
      densities(columns, (n) => history.timeAt(n)),
      readColors(surface),
    );
  }, [history, columns, width, dark]);
  return <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />;
}

function HoverLabel({ history, n, length, nameOf }: Omit<Props, "onMove">) {
  const event = history.events[n - 1];
  const place = placeOf(n - 0.5, length);
  if (event === undefined) return null;
  return (
    <div
      className="pointer-events-none absolute bottom-full z-10 mb-2 max-w-80 truncate rounded-md border border-line bg-panel px-2 py-1 text-xs shadow-lg"
      style={{ left: `${place * 100}%`, transform: `translateX(-${place * 100}%)` }}
    >
      <span className="tabular text-dim">{clock(event.at)}</span> <bdi>{eventLine(event, nameOf)}</bdi>
    </div>
  );
}

/** The times of some of the events: they come at uneven times, and stand at even places. */
function Times({ history, length, width }: { history: History; length: number; width: number }) {
  const marks = marksOf(length, width);
  return (
    <div aria-hidden className="relative h-4 overflow-hidden text-[0.68rem] text-dim">
      {marks.map(({ n, place }, number) => (
        <span
          key={n}
          className="tabular absolute top-0.5 whitespace-nowrap"
          style={edge(place, number === 0, number === marks.length - 1)}
        >
          {clock(history.timeAt(n))}
        </span>
      ))}
    </div>
  );
}

function edge(place: number, first: boolean, last: boolean) {
  if (first) return { left: 0 };
  if (last) return { right: 0 };
  return { left: `${place * 100}%`, transform: "translateX(-50%)" };
}

/** Dragging anywhere on the strip; the moment moves once per frame, however many moves the pointer tells. */
function useDrag(length: number, onMove: (n: number) => void) {
  const frame = useRef(0);
  const wanted = useRef(0);
  const dragging = useRef(false);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const follow = (pointer: PointerEvent<HTMLElement>) => {
    wanted.current = momentUnder(pointer, length);
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => onMove(wanted.current));
  };
  return {
    onPointerDown: (pointer: PointerEvent<HTMLElement>) => {
      if (pointer.button !== 0) return;
      pointer.currentTarget.setPointerCapture(pointer.pointerId);
      dragging.current = true;
      follow(pointer);
    },
    onPointerMove: (pointer: PointerEvent<HTMLElement>) => {
      if (dragging.current) follow(pointer);
    },
    onPointerUp: () => {
      dragging.current = false;
    },
    onPointerCancel: () => {
      dragging.current = false;
    },
  };
}

function momentUnder(pointer: PointerEvent<HTMLElement>, length: number): number {
  const { left, width } = pointer.currentTarget.getBoundingClientRect();
  return momentAt(pointer.clientX - left, width, length);
}

import { type PointerEvent, type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import type { View } from "./use-view";

export interface Pointed {
  /** Beside the chart's left edge. */
  readonly x: number;
  /** Below the first row. */
  readonly y: number;
  readonly client: { readonly x: number; readonly y: number };
}

interface Props {
  view: View;
  left: number;
  onPoint: (pointed: Pointed | null) => void;
  onClick: (pointed: Pointed, twice: boolean) => void;
}

interface Touch {
  readonly x: number;
  moved: number;
}

const CLICK = 4;

/** What lies over the bars and feels the pointer: wheel and pinch zoom, dragging pans, a click picks a row. */
export function Surface({ view, left, onPoint, onClick }: Props) {
  const surface = useRef<HTMLDivElement>(null);
  useWheel(surface, view);
  const touches = useRef(new Map<number, Touch>());
  const [dragging, setDragging] = useState(false);
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button === 0) touches.current.set(event.pointerId, { x: pointOf(event).x, moved: 0 });
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const point = pointOf(event);
    const touch = touches.current.get(event.pointerId);
    if (touch === undefined) {
      if (event.pointerType === "mouse") onPoint(point);
      return;
    }
    const moved = touch.moved + Math.abs(point.x - touch.x);
    if (moved > CLICK && !dragging) {
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragging(true);
      onPoint(null);
    }
    const other = [...touches.current].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) pinch(view, other.x, touch.x, point.x);
    else if (moved > CLICK) view.panBy(touch.x - point.x);
    touches.current.set(event.pointerId, { x: point.x, moved });
  };
  const up = (event: PointerEvent<HTMLDivElement>) => {
    const touch = touches.current.get(event.pointerId);
    touches.current.delete(event.pointerId);
    setDragging(false);
    if (touch !== undefined && touch.moved <= CLICK) onClick(pointOf(event), false);
  };
  const cancel = (event: PointerEvent<HTMLDivElement>) => {
    touches.current.delete(event.pointerId);
    setDragging(false);
  };
  return (
    <div
      ref={surface}
      aria-hidden
      data-testid="gantt-bars"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={cancel}
      onPointerLeave={() => onPoint(null)}
      onDoubleClick={(event) => onClick(pointOf(event), true)}
      className={`absolute inset-y-0 right-0 touch-pan-y ${dragging ? "cursor-grabbing" : "cursor-default"}`}
      style={{ left }}
    />
  );
}

function useWheel(surface: RefObject<HTMLDivElement | null>, view: View): void {
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const x = event.clientX - (surface.current?.getBoundingClientRect().left ?? 0);
      view.zoomBy(1.0015 ** event.deltaY, x);
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      view.panBy(sideways);
    } else return;
    event.preventDefault();
  });
  useEffect(() => {
    const element = surface.current;
    if (element === null) return;
    const listener = (event: WheelEvent) => onWheel(event);
    // React's own are passive: they cannot keep the browser from zooming the page.
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, [surface]);
}

/** One finger rests at `fixed`, the other goes from `from` to `to`. */
function pinch(view: View, fixed: number, from: number, to: number): void {
  const [before, after] = [Math.max(Math.abs(from - fixed), 10), Math.max(Math.abs(to - fixed), 10)];
  view.zoomBy(before / after, fixed);
}

function pointOf(event: {
  clientX: number;
  clientY: number;
  currentTarget: EventTarget & HTMLElement;
}): Pointed {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return {
    x: event.clientX - left,
    y: event.clientY - top,
    client: { x: event.clientX, y: event.clientY },
  };
}

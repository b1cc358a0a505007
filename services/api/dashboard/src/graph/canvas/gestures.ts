/** What pointers and wheels mean: drag pans, wheel and two fingers zoom, a click selects, a double click opens. */

import type { Graph } from "../context";
import { zoomAt } from "../view";
import type { Spots } from "./spots";

/** A pointer that moved less than this was a click. */
const SLACK = 4;
/** So near to a card, in pixels, is on it, where cards are too small to aim at. */
const AIM = 6;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Listen on `element`; returns how to stop. */
export function listen(element: HTMLElement, graph: Graph, spots: Spots): () => void {
  const gestures = new Gestures(element, graph, spots);
  const control = new AbortController();
  const options = { signal: control.signal };
  element.addEventListener("pointerdown", gestures.onDown, options);
  element.addEventListener("pointermove", gestures.onMove, options);
  element.addEventListener("pointerup", gestures.onUp, options);
  element.addEventListener("pointercancel", gestures.onUp, options);
  element.addEventListener("pointerleave", () => graph.hover.set(null), options);
  element.addEventListener("dblclick", gestures.onDouble, options);
  element.addEventListener("wheel", gestures.onWheel, { ...options, passive: false });
  return () => control.abort();
}

class Gestures {
  private readonly down = new Map<number, Point>();
  private moved = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly graph: Graph,
    private readonly spots: Spots,
  ) {}

  readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    if (this.down.size === 0) this.moved = 0;
    this.down.set(event.pointerId, this.point(event));
    this.graph.hover.set(null);
  };

  readonly onMove = (event: PointerEvent): void => {
    const before = this.down.get(event.pointerId);
    const now = this.point(event);
    if (!before) {
      if (event.pointerType === "mouse") this.onHover(now);
      return;
    }
    this.moved += Math.hypot(now.x - before.x, now.y - before.y);
    this.down.set(event.pointerId, now);
    if (this.moved < SLACK) return;
    this.element.style.cursor = "grabbing";
    const other = [...this.down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(before, now, other);
    else this.graph.camera.pan(now.x - before.x, now.y - before.y);
  };

  readonly onUp = (event: PointerEvent): void => {
    if (!this.down.delete(event.pointerId)) return;
    this.element.style.cursor = "";
    if (event.type === "pointerup" && this.moved < SLACK && this.down.size === 0)
      this.graph.select(this.hit(this.point(event)));
  };

  readonly onDouble = (event: MouseEvent): void => {
    const node = this.hit(this.point(event));
    if (node >= 0) this.graph.open(node);
  };

  readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // A pinch on a touchpad comes as a wheel with Ctrl, in far smaller steps.
    const factor = 2 ** (-event.deltaY * unit * (event.ctrlKey ? 0.02 : 0.002));
    const { x, y } = this.point(event);
    const { camera } = this.graph;
    camera.set(zoomAt(camera.view.get(), factor, x, y, camera.least));
    this.graph.hover.set(null);
  };

  private pinch(before: Point, now: Point, other: Point): void {
    const { camera } = this.graph;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    const x = (now.x + other.x) / 2;
    const y = (now.y + other.y) / 2;
    const view = camera.view.get();
    const shifted = { ...view, x: view.x + (now.x - before.x) / 2, y: view.y + (now.y - before.y) / 2 };
    camera.set(zoomAt(shifted, is / Math.max(1, was), x, y, camera.least));
  }

  private onHover(at: Point): void {
    const node = this.hit(at);
    this.element.style.cursor = node < 0 ? "" : "pointer";
    this.graph.hover.set(node < 0 ? null : { node, ...at });
  }

  private hit({ x, y }: Point): number {
    const { x: left, y: top, k } = this.graph.camera.view.get();
    const worldX = (x - left) / k;
    const worldY = (y - top) / k;
    const exact = this.spots.at(worldX, worldY);
    return exact < 0 && this.graph.layout.card.height * k < 2 * AIM
      ? this.spots.near(worldX, worldY, AIM / k)
      : exact;
  }

  private point(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}

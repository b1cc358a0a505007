/** Where one looks at: the view that the graph, its minimap and its buttons share, whichever way the graph is drawn. */

import { Value } from "@/lib/external";
import type { Layout } from "./layout/types";
import type { Size } from "./types";
import { firstView, fitView, keepInSight, leastZoom, showCard, type View, zoomAt } from "./view";

const SMOOTH_MS = 180;

export class Camera {
  readonly view: Value<View>;
  readonly screen: Value<Size>;
  private frame = 0;
  /** What was shown before anybody moved. */
  private first: View;

  constructor(
    readonly layout: Layout,
    screen: Size,
  ) {
    this.screen = new Value(screen);
    this.first = firstView(layout, screen);
    this.view = new Value(this.first);
  }

  get least(): number {
    return leastZoom(this.layout, this.screen.get());
  }

  resize(screen: Size): void {
    const untouched = this.view.get() === this.first;
    this.screen.set(screen);
    if (!untouched) return;
    this.first = firstView(this.layout, screen);
    this.view.set(this.first);
  }

  /** Look at once, as a drag or a wheel asks for. */
  set(view: View): void {
    cancelAnimationFrame(this.frame);
    this.view.set(keepInSight(view, this.layout, this.screen.get()));
  }

  /** Take over where a gesture that something else handles has led. */
  follow(view: View): void {
    cancelAnimationFrame(this.frame);
    this.view.set(view);
  }

  /** Look there within a moment; at once for those who want less motion. */
  go(view: View): void {
    const from = this.view.get();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.set(view);
      return;
    }
    cancelAnimationFrame(this.frame);
    const start = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - start) / SMOOTH_MS));
      const eased = 1 - (1 - part) ** 3;
      const k = from.k * (view.k / from.k) ** eased;
      // The place follows the zoom, else the graph would swerve.
      const share = view.k === from.k ? eased : (k - from.k) / (view.k - from.k);
      this.view.set({ k, x: from.x + (view.x - from.x) * share, y: from.y + (view.y - from.y) * share });
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  zoom(factor: number): void {
    const { width, height } = this.screen.get();
    this.go(zoomAt(this.view.get(), factor, width / 2, height / 2, this.least));
  }

  pan(dx: number, dy: number): void {
    const view = this.view.get();
    this.set({ ...view, x: view.x + dx, y: view.y + dy });
  }

  fit(): void {
    this.go(fitView(this.layout, this.screen.get()));
  }

  /** Make sure that a card can be seen: the whole of it, or some. */
  show(node: number, whole: boolean): void {
    const view = this.view.get();
    const next = showCard(view, this.layout, node, this.screen.get(), whole);
    if (next !== view) this.go(next);
  }

  /** Put a world point into the middle. */
  center(x: number, y: number): void {
    const { k } = this.view.get();
    const { width, height } = this.screen.get();
    this.set({ k, x: width / 2 - x * k, y: height / 2 - y * k });
  }
}

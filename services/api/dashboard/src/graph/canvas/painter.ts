/**
 * When what is drawn: cards and edges are on canvases of their own, so that a change of states draws no edges. Nothing is
 * drawn while nothing changes.
 */

import type { Size } from "../types";
import type { View } from "../view";
import { paintCards } from "./paint-cards";
import { paintEdges } from "./paint-edges";
import type { Scene } from "./scene";
import type { Box } from "./spots";

/** So long after the last movement, all edges are drawn. */
const REST_MS = 140;

export class Painter {
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private edgesDue = true;
  private moving = false;
  private readonly leave: (() => void)[];

  constructor(
    private readonly scene: Scene,
    private readonly edges: CanvasRenderingContext2D,
    private readonly cards: CanvasRenderingContext2D,
  ) {
    const { camera, store } = scene.graph;
    this.leave = [
      camera.view.subscribe(this.onMove),
      camera.screen.subscribe(this.all),
      store.related.subscribe(this.all),
      store.version.subscribe(this.schedule),
    ];
    this.draw();
    // What was measured before the fonts came was cut for other letters.
    void document.fonts.ready.then(() => {
      scene.cut.clear();
      this.all();
    });
  }

  close(): void {
    for (const leave of this.leave) leave();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    this.frame = -1;
  }

  private readonly onMove = (): void => {
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.moving = false;
      this.all();
    }, REST_MS);
    this.all();
  };

  private readonly all = (): void => {
    this.edgesDue = true;
    this.schedule();
  };

  private readonly schedule = (): void => {
    if (this.frame === 0) this.frame = requestAnimationFrame(this.draw);
  };

  private readonly draw = (): void => {
    this.frame = 0;
    const { camera } = this.scene.graph;
    const view = camera.view.get();
    const screen = camera.screen.get();
    const seen = boxOf(view, screen);
    if (this.edgesDue) {
      prepare(this.edges, view, screen);
      paintEdges(this.edges, this.scene, view, seen, this.moving);
      this.edgesDue = false;
    }
    prepare(this.cards, view, screen);
    paintCards(this.cards, this.scene, view, seen);
  };
}

function boxOf(view: View, screen: Size): Box {
  const left = -view.x / view.k;
  const top = -view.y / view.k;
  return { left, top, right: left + screen.width / view.k, bottom: top + screen.height / view.k };
}

/** An empty canvas of the size of the screen, in world units. */
function prepare(pen: CanvasRenderingContext2D, view: View, screen: Size): void {
  const ratio = devicePixelRatio;
  const width = Math.round(screen.width * ratio);
  const height = Math.round(screen.height * ratio);
  if (pen.canvas.width !== width || pen.canvas.height !== height) {
    pen.canvas.width = width;
    pen.canvas.height = height;
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.globalAlpha = 1;
  pen.clearRect(0, 0, width, height);
  pen.setTransform(view.k * ratio, 0, 0, view.k * ratio, view.x * ratio, view.y * ratio);
}

import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { isDark } from "@/app/theme";
import { draw, type Scene } from "./draw";
import { makePaint, type Paint } from "./paint";

const MOST_RATIO = 2;

/** The canvas with the bars of some rows, `top` pixels below the first row of all; it scrolls with them. */
export function Bars({ scene, top, left }: { scene: Scene; top: number; left: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useRef<{ paint: Paint; dark: boolean; ratio: number } | null>(null);
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  const height = scene.rows.length * scene.rowHeight;
  // The canvas moves and is drawn in one go, before the browser paints: no row is ever beside its name.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context || scene.width <= 0) return;
    const ratio = Math.min(window.devicePixelRatio || 1, MOST_RATIO);
    resize(canvas.current, Math.round(scene.width * ratio), Math.round(height * ratio));
    if (paint.current?.dark !== dark || paint.current.ratio !== ratio)
      paint.current = { paint: makePaint(context, ratio), dark, ratio };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, paint.current.paint, scene);
  }, [scene, height, dark]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      className="pointer-events-none absolute"
      style={{ top, left, width: scene.width, height }}
    />
  );
}

function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

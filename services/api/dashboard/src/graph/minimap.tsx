import { type PointerEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useGraph } from "./context";
import type { Layout } from "./layout/types";
import { type Palette, usePalette } from "./palette";
import type { NodeStore } from "./store";
import type { Size } from "./types";

const MOST: Size = { width: 168, height: 108 };
const PAUSE_MS = 250;

/** The whole graph in a corner, with a frame around what is seen; hidden while all of it is. */
export function Minimap() {
  const { layout, camera } = useGraph();
  const view = useSyncExternalStore(camera.view.subscribe, camera.view.get);
  const screen = useSyncExternalStore(camera.screen.subscribe, camera.screen.get);
  const scale = Math.min(MOST.width / layout.width, MOST.height / layout.height);
  const size = { width: Math.max(24, layout.width * scale), height: Math.max(24, layout.height * scale) };
  // A long thin graph stands in the middle of what is left and right or above and below it.
  const inset = { x: (size.width - layout.width * scale) / 2, y: (size.height - layout.height * scale) / 2 };
  const left = -view.x / view.k;
  const top = -view.y / view.k;
  const all =
    left <= 0 &&
    top <= 0 &&
    left + screen.width / view.k >= layout.width &&
    top + screen.height / view.k >= layout.height;
  const move = (event: PointerEvent<HTMLElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    camera.center((event.clientX - box.left - inset.x) / scale, (event.clientY - box.top - inset.y) / scale);
  };
  if (all || screen.width < 520) return null;
  return (
    <div
      aria-hidden="true"
      onPointerDown={move}
      onPointerMove={move}
      className="absolute right-2 bottom-2 z-10 cursor-crosshair touch-none overflow-hidden rounded-md border border-line bg-panel shadow-panel"
      style={size}
    >
      <Picture size={size} scale={scale} inset={inset} />
      <div
        className="pointer-events-none absolute rounded-xs bg-accent/10 outline-1 outline-accent"
        style={{
          left: inset.x + left * scale,
          top: inset.y + top * scale,
          width: (screen.width / view.k) * scale,
          height: (screen.height / view.k) * scale,
        }}
      />
    </div>
  );
}

function Picture({ size, scale, inset }: { size: Size; scale: number; inset: { x: number; y: number } }) {
  const { layout, store } = useGraph();
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const version = usePaced(store);
  const { width, height } = size;
  const { x, y } = inset;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version means other states
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen) return;
    const ratio = devicePixelRatio;
    pen.canvas.width = Math.round(width * ratio);
    pen.canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
    paint(pen, layout, store, palette, 1 / scale);
  }, [width, height, x, y, scale, layout, store, palette, version]);
  return <canvas ref={canvas} className="size-full" />;
}

/** The version of the store, told a few times a second at most. */
function usePaced(store: NodeStore): number {
  const [version, setVersion] = useState(store.version.get());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = store.version.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion(store.version.get());
      }, PAUSE_MS);
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [store]);
  return version;
}

function paint(
  pen: CanvasRenderingContext2D,
  layout: Layout,
  store: NodeStore,
  palette: Palette,
  pixel: number,
): void {
  const width = Math.max(layout.card.width, 1.5 * pixel);
  const height = Math.max(layout.card.height, 1.5 * pixel);
  for (const [i, x] of layout.x.entries()) {
    const { state, emphasis } = store.get(i);
    pen.globalAlpha = emphasis === "dimmed" ? 0.3 : 1;
    pen.fillStyle = state ? palette.status[state.status] : palette.strongLine;
    pen.fillRect(x, layout.y[i] ?? 0, width, height);
  }
}

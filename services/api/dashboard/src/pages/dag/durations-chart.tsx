/** Bars of durations, run by run, in the colours and with the marks of their statuses. */

import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isDark } from "@/app/theme";
import { duration, moment, parseTime } from "@/lib/format";
import { STATUSES, StatusBadge, shapeOf } from "@/ui/status";
import type { Bar } from "./durations";

const HEIGHT_PX = 260;
const MOST_WIDE_PX = 22;
const MARK_FROM_PX = 11;

const WHEN = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

export default function DurationsChart({
  bars,
  label,
  onOpen,
}: {
  bars: readonly Bar[];
  label: string;
  onOpen: (bar: Bar) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const shown = useRef(bars);
  shown.current = bars;
  const [pointed, setPointed] = useState<{ at: number; left: number } | null>(null);
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  const open = useEffectEvent(onOpen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of a canvas are those of one theme
  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const made = new uPlot(options(parent.clientWidth, shown, setPointed), dataOf(shown.current), parent);
    chart.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: HEIGHT_PX }));
    resize.observe(parent);
    const onClick = () => {
      const bar = made.cursor.idx == null ? undefined : shown.current[made.cursor.idx];
      if (bar) open(bar);
    };
    made.over.addEventListener("click", onClick);
    made.over.style.cursor = "pointer";
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [dark]);
  useEffect(() => chart.current?.setData(dataOf(bars)), [bars]);
  const bar = pointed && bars[pointed.at];
  return (
    <div className="relative" role="img" aria-label={label}>
      <div ref={box} style={{ height: HEIGHT_PX }} />
      {bar && (
        <div
          className="pointer-events-none absolute top-1 z-10 -translate-x-1/2 whitespace-nowrap rounded-md border border-line bg-panel px-2.5 py-1.5 text-xs shadow-lg"
          style={{ left: Math.max(90, Math.min(pointed.left, (box.current?.clientWidth ?? 0) - 90)) }}
        >
          <div className="flex gap-3">
            <StatusBadge status={bar.status} /> <span className="tabular">{duration(bar.ms)}</span>
          </div>
          <div className="tabular text-dim">{moment(parseTime(bar.at))}</div>
        </div>
      )}
    </div>
  );
}

function dataOf(bars: readonly Bar[]): uPlot.AlignedData {
  return [bars.map((_, at) => at), bars.map(({ ms }) => ms)];
}

type Shown = { readonly current: readonly Bar[] };

function options(
  width: number,
  shown: Shown,
  point: (pointed: { at: number; left: number } | null) => void,
): uPlot.Options {
  const dim = color("--dim");
  const axis = {
    stroke: dim,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "11px Inter Variable",
  };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: {
      x: { time: false, range: (_, low, high) => [low - 0.7, Math.max(high, low + 7) + 0.7] },
      y: { range: (_, __, high) => [0, high > 0 ? high * 1.12 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 110,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
        values: (_, ticks) => ticks.map((at) => tick(shown.current[at])),
      },
      { ...axis, size: 68, values: (_, ticks) => ticks.map((ms) => (ms === 0 ? "0" : duration(ms))) },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(plot) => drawBars(plot, shown.current)],
      setCursor: [
        ({ cursor, valToPos }) => {
          const { idx } = cursor;
          const inside = idx != null && (cursor.left ?? -1) >= 0;
          point(inside ? { at: idx, left: valToPos(idx, "x") + 68 } : null);
        },
      ],
    },
  };
}

function tick(bar: Bar | undefined): string {
  return bar ? WHEN.format(parseTime(bar.at)) : "";
}

function drawBars(plot: uPlot, bars: readonly Bar[]): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  const step = Math.abs(plot.valToPos(1, "x", true) - plot.valToPos(0, "x", true));
  const wide = Math.max(ratio, Math.min(step * 0.7, MOST_WIDE_PX * ratio));
  const floor = plot.valToPos(0, "y", true);
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  ctx.save();
  for (let at = Math.max(0, Math.ceil(min ?? 0)); at <= Math.min(bars.length - 1, max ?? 0); at++) {
    const bar = bars[at];
    if (!bar) continue;
    const x = plot.valToPos(at, "x", true);
    const top = Math.min(floor - ratio, plot.valToPos(bar.ms, "y", true));
    ctx.fillStyle = statusColor(bar.status);
    ctx.fillRect(x - wide / 2, top, wide, floor - top);
    if (wide >= MARK_FROM_PX * ratio) drawMark(ctx, bar, x, top - 8 * ratio, 11 * ratio);
  }
  ctx.restore();
}

/** The mark of the status above its bar, for those who do not tell by colour. */
function drawMark(ctx: CanvasRenderingContext2D, { status }: Bar, x: number, y: number, size: number): void {
  const { path, filled, cut } = shapeOf(status);
  const scale = size / 16;
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(scale, scale);
  ctx.strokeStyle = ctx.fillStyle = statusColor(status);
  ctx.lineWidth = 1.8;
  const outline = new Path2D(path);
  if (filled) ctx.fill(outline);
  ctx.stroke(outline);
  if (cut) {
    ctx.strokeStyle = color("--panel");
    ctx.stroke(new Path2D(cut));
  }
  ctx.restore();
}

function color(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function statusColor(status: Bar["status"]): string {
  return color(STATUSES[status].color.slice("var(".length, -1));
}

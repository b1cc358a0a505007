/** Lines over time, all charts of a page with one cursor. Loaded when first shown: the drawing library is not needed before. */

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isDark } from "@/app/theme";
import { clock, figure } from "@/lib/format";

export interface Line {
  readonly label: string;
  /** A CSS colour; also told apart by its dash. */
  readonly color: string;
  readonly dash?: readonly number[];
  readonly fill?: boolean;
}

interface Props {
  /** Seconds since the epoch. */
  times: readonly number[];
  /** One row of values for each line. */
  values: readonly (readonly (number | null)[])[];
  lines: readonly Line[];
  /** What a value looks like, with its unit. */
  format?: (value: number) => string;
  label: string;
  /** The scale ends no lower than here, so that next to nothing looks like it. */
  least?: number;
  height?: number;
}

const SYNC = uPlot.sync("series");

export default function SeriesChart({
  times,
  values,
  lines,
  format = figure,
  label,
  least = 1,
  height = 150,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const [at, setAt] = useState<number | null>(null);
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  // uPlot reads its data and does not change it; its types know no readonly arrays.
  const data = useMemo(() => [times, ...values] as unknown as uPlot.AlignedData, [times, values]);
  const latest = useRef(data);
  latest.current = data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is made anew only where its look changes
  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const made = new uPlot(options(parent, lines, format, least, height, setAt), latest.current, parent);
    chart.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }));
    resize.observe(parent);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [dark, height]);
  useEffect(() => chart.current?.setData(data), [data]);
  const shown = at ?? times.length - 1;
  return (
    <figure aria-label={label} className="min-w-0">
      <figcaption className="mb-1 flex flex-wrap items-baseline gap-x-4 text-xs">
        <span className="font-medium">{label}</span>
        {lines.map((line, index) => (
          <Key key={line.label} line={line} value={values[index]?.[shown] ?? null} format={format} />
        ))}
        <span className="tabular ml-auto text-dim">
          {at === null ? "now" : clock((times[shown] ?? 0) * 1000).slice(0, 8)}
        </span>
      </figcaption>
      <div ref={box} style={{ height }} aria-hidden />
    </figure>
  );
}

function Key({
  line,
  value,
  format,
}: {
  line: Line;
  value: number | null;
  format: (value: number) => string;
}) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width="16" height="4" aria-hidden="true">
        <line
          x1="0"
          y1="2"
          x2="16"
          y2="2"
          stroke={line.color}
          strokeWidth="2.5"
          strokeDasharray={line.dash?.join(" ")}
        />
      </svg>
      <span className="text-dim">{line.label}</span>
      <span className="tabular font-medium">{value === null ? "–" : format(value)}</span>
    </span>
  );
}

function options(
  parent: HTMLElement,
  lines: readonly Line[],
  format: (value: number) => string,
  least: number,
  height: number,
  onPoint: (at: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(parent);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const resolve = (value: string) => (value.startsWith("var(") ? color(value.slice(4, -1)) : value);
  const axis = {
    stroke: color("--dim"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "11px Inter Variable, sans-serif",
  };
  return {
    width: parent.clientWidth,
    height,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC.key }, points: { size: 6 }, y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(least, most) * 1.12] } },
    axes: [
      {
        ...axis,
        size: 24,
        space: 70,
        values: [
          [1, "{HH}:{mm}:{ss}"],
          [60, "{HH}:{mm}"],
        ].map((row) => [row[0], row[1], null, null, null, null, null, null, 1]) as uPlot.Axis.Values,
      },
      { ...axis, size: 52, space: 34, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: resolve(line.color),
        width: 1.6,
        ...(line.dash && { dash: [...line.dash] }),
        ...(line.fill && { fill: `color-mix(in srgb, ${resolve(line.color)} 14%, transparent)` }),
        points: { show: false },
        spanGaps: true,
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

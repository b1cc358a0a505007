import { type ComponentProps, lazy, Suspense } from "react";
import type SeriesChart from "./series-chart";

const Chart = lazy(() => import("./series-chart"));

/** A chart of lines; its place is kept while it loads. */
export function LazySeriesChart(props: ComponentProps<typeof SeriesChart>) {
  return (
    <Suspense fallback={<div style={{ height: (props.height ?? 150) + 20 }} />}>
      <Chart {...props} />
    </Suspense>
  );
}

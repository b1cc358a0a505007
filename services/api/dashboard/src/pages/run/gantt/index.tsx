import { useMemo, useRef, useState } from "react";
import type { History } from "@/core/history";
import { useSize } from "@/lib/use-size";
import { Empty } from "@/ui/notices";
import { Chart } from "./chart";
import { criticalPath } from "./critical-path";
import { BarLegend } from "./legend";
import { ActivityOrder, first, type Order, ordered } from "./order";
import { Toolbar } from "./toolbar";
import { useRunTime } from "./use-time";
import { useView } from "./use-view";

interface Props {
  history: History;
  /** Changes when the history grew. */
  version: number;
  /** After so many events: nothing that came later is drawn. */
  moment: number;
  selected: string | undefined;
  onSelect: (taskId: string) => void;
  /** Somebody wants to see all of a task. */
  onOpen: (taskId: string) => void;
  onMoment: (moment: number) => void;
  /** What the list of tasks is called. */
  label: string;
  /** Gives the rows their greatest height. */
  className?: string;
}

const ROW = 24;
/** Where there is little room a name stands above its bar. */
const STACKED = 640;
const STACKED_ROW = 40;
/** Room for the mark behind a bar that ends last. */
const MARGIN = 18;
const INSET = 10;
const NO_PATH: readonly number[] = [];

/** When each task of a run waited, lay in the queue and ran, up to a moment. */
export function Gantt(props: Props) {
  const { history, moment, className = DEFAULT_HEIGHT } = props;
  const [order, setOrder] = useState<Order>("activity");
  const [critical, setCritical] = useState(false);
  const [compact, setCompact] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const stacked = size.width > 0 && size.width < STACKED;
  const nameWidth = stacked ? 0 : Math.round(Math.min(Math.max(0.22 * size.width, 170), 290));
  const left = stacked ? INSET : nameWidth;
  const width = Math.max(0, size.width - left);
  const shape = stacked
    ? { rowHeight: STACKED_ROW, middle: 29, gridTop: 20, width }
    : { rowHeight: ROW, middle: ROW / 2, gridTop: 0, width };
  const time = useRunTime(history, moment, compact);
  const view = useView(time.warp.length, Math.max(0, width - MARGIN));
  const path = useMemo(
    () => (critical ? criticalPath(history, moment) : NO_PATH),
    [critical, history, moment],
  );
  const rows = useRows(history, moment, order, path);
  if (rows.length === 0) return <Empty title="This run has no tasks" />;
  return (
    <div className="flex h-full flex-col">
      <Toolbar
        order={order}
        onOrder={setOrder}
        critical={critical}
        onCritical={setCritical}
        compact={compact}
        onCompact={(on) => {
          setCompact(on);
          view.fit();
        }}
        pathLength={path.length}
        tasks={rows.length}
        zoomed={view.zoomed}
        zoomBy={view.zoomBy}
        fit={view.fit}
      />
      <Chart {...props} {...{ rows, path, time, view, box, size, nameWidth, left, shape, className }} />
      <BarLegend />
    </div>
  );
}

const DEFAULT_HEIGHT = "max-h-[max(20rem,calc(100vh-22rem))]";

/** The tasks from top to bottom: the critical path first where it is shown, then the others in the order asked for. */
function useRows(history: History, moment: number, order: Order, path: readonly number[]): readonly number[] {
  const activity = useMemo(() => new ActivityOrder(history), [history]);
  const active = activity.now();
  // An order that is the same at every moment need not be made again at each.
  const n = order === "status" || order === "longest" ? moment : 0;
  const others = useMemo(
    () => ordered(active, order, history.stateAt(n), history.timeAt(n)),
    [history, active, order, n],
  );
  return useMemo(() => first(path, others), [path, others]);
}

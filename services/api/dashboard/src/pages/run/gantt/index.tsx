import { useMemo } from "react";
import type { History } from "@/core/history";
import { Empty } from "@/ui/notices";
import { useRunSearch } from "../data/use-search";
import type { RunView } from "../view";
import { Chart } from "./chart";
import { criticalPath } from "./critical-path";
import { BarLegend } from "./legend";
import { ActivityOrder, first, type Order, ordered } from "./order";
import { type Arrangement, Toolbar } from "./toolbar";
import { useFrame } from "./use-frame";
import { useRunTime } from "./use-time";
import { useView } from "./use-view";

interface Props {
  view: RunView;
  history: History;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}

/** Room for the mark behind a bar that ends last. */
const MARGIN = 18;
const NO_PATH: readonly number[] = [];

/** When each task of the run waited, lay in the queue and ran, up to the moment. */
export default function RunGantt({ view: run, history, selected, onSelect }: Props) {
  const moment = run.moment.n;
  const [arrangement, arrange] = useArrangement();
  const { order, critical, compact } = arrangement;
  const frame = useFrame();
  const time = useRunTime(history, moment, compact);
  const view = useView(time.warp.length, Math.max(0, frame.shape.width - MARGIN));
  const path = useMemo(
    () => (critical ? criticalPath(history, moment) : NO_PATH),
    [critical, history, moment],
  );
  const rows = useRows(history, moment, order, path);
  if (rows.length === 0) return <Empty title="This run has no tasks" />;
  return (
    <div className="flex h-full flex-col">
      <Toolbar
        arrangement={arrangement}
        onArrange={(change) => {
          arrange(change);
          // With and without idle time the same stretch of it is somewhere else.
          if (change.compact !== undefined) view.fit();
        }}
        pathLength={path.length}
        tasks={rows.length}
        view={view}
      />
      <Chart {...{ run, history, selected, onSelect, rows, path, time, view, frame }} />
      <BarLegend />
    </div>
  );
}

/** How the chart is arranged, and how to change that: it stands in the URL, as far as it is not as usual. */
function useArrangement(): [Arrangement, (change: Partial<Arrangement>) => void] {
  const [{ order = "activity", critical = false, compact = false }, change] = useRunSearch();
  const arrange = (part: Partial<Arrangement>) => {
    const next = { order, critical, compact, ...part };
    void change({
      order: next.order === "activity" ? undefined : next.order,
      critical: next.critical || undefined,
      compact: next.compact || undefined,
    });
  };
  return [{ order, critical, compact }, arrange];
}

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

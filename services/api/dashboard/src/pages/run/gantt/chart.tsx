import { useId, useMemo, useState } from "react";
import type { History } from "@/core/history";
import { UNTOUCHED } from "@/core/state";
import { useOpenTask } from "../data/use-open-task";
import { usePool } from "../rows/use-pool";
import type { RunView } from "../view";
import { Axis } from "./axis";
import { Bars } from "./bars";
import { segmentAt } from "./segment-at";
import { type Pointed, Surface } from "./surface";
import { TaskRow } from "./task-row";
import { ticksOf } from "./ticks";
import { BarTooltip } from "./tooltip";
import { useFollowMoment } from "./use-follow-moment";
import type { Frame } from "./use-frame";
import { useRowKeys } from "./use-row-keys";
import { useScene } from "./use-scene";
import type { RunTime } from "./use-time";
import type { View } from "./use-view";
import { useWindow } from "./use-window";

export interface ChartProps {
  run: RunView;
  history: History;
  selected: string | undefined;
  onSelect: (taskId: string) => void;
  /** The tasks from top to bottom; those of the critical path, where it is shown, are the first of them. */
  rows: readonly number[];
  path: readonly number[];
  time: RunTime;
  view: View;
  frame: Frame;
}

const TICK_ROOM = 84;
const REACH = 5;

/** The names and bars of the tasks below an axis of time. Only the rows in sight are in the page. */
export function Chart(props: ChartProps) {
  const { run, history, rows, path, time, view, frame } = props;
  const { box, height, nameWidth, left, shape } = frame;
  const moment = run.moment.n;
  const { scale } = view;
  const { warp, zero } = time;
  const ticks = useMemo(() => ticksOf(scale, warp, zero, TICK_ROOM), [scale, warp, zero]);
  const inSight = useWindow(box, rows.length, shape.rowHeight, height);
  const scene = useScene({ history, moment, rows, path, inSight, shape, view, time, ticks });
  const pool = usePool(scene.rows.length);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const at = pointed && Math.floor(pointed.y / shape.rowHeight);
  const ids = useId();
  const onOpen = useOpenTask(run.detail.run_id);
  const onKeyDown = useRowKeys(props, onOpen);
  useFollowMoment(props);
  const momentX = scale.x(warp.chart(time.now));
  const state = history.stateAt(moment);
  const taskOf = (row: number) => history.plan.tasks[rows[row] ?? -1]?.task_id;
  const marked = rows
    .slice(inSight.first, inSight.last)
    .findIndex((_, row) => taskOf(inSight.first + row) === props.selected);
  return (
    <div className="relative flex min-h-0 flex-col">
      <Axis
        view={view}
        warp={warp}
        ticks={ticks}
        left={left}
        momentX={momentX}
        onTime={(ms) => run.moment.move(history.momentAtTime(ms))}
      />
      <div className="relative flex min-h-0 flex-col">
        <Breaks view={view} time={time} left={left} />
        <div
          ref={box}
          role="listbox"
          tabIndex={0}
          aria-label="Tasks over time"
          aria-activedescendant={marked < 0 ? undefined : `${ids}${inSight.first + marked}`}
          onKeyDown={onKeyDown}
          data-testid="gantt"
          className="relative min-h-0 overflow-y-auto focus-visible:-outline-offset-2"
        >
          <div role="presentation" className="relative" style={{ height: rows.length * shape.rowHeight }}>
            {scene.rows.map((_, index) => {
              const row = inSight.first + index;
              const number = rows[row] ?? -1;
              const taskId = taskOf(row);
              if (taskId === undefined) return null;
              const task = state.tasks[number] ?? UNTOUCHED;
              return (
                <TaskRow
                  key={row % pool}
                  id={`${ids}${row}`}
                  taskId={taskId}
                  name={run.nameOf(taskId)}
                  task={task}
                  ran={task.started_at === 0 ? null : (task.finished_at || time.now) - task.started_at}
                  top={row * shape.rowHeight}
                  height={shape.rowHeight}
                  nameWidth={nameWidth}
                  place={row}
                  total={rows.length}
                  selected={taskId === props.selected}
                  pointed={row === at}
                  critical={row < path.length}
                  onSelect={props.onSelect}
                  onOpen={onOpen}
                />
              );
            })}
            <Bars scene={scene} top={inSight.first * shape.rowHeight} left={left} />
            <Surface
              view={view}
              left={left}
              onPoint={setPointed}
              onClick={({ y }, twice) => {
                const taskId = taskOf(Math.floor(y / shape.rowHeight));
                if (taskId !== undefined) (twice ? onOpen : props.onSelect)(taskId);
              }}
            />
          </div>
        </div>
        {momentX >= 0 && momentX <= shape.width && (
          <div
            aria-hidden
            className="pointer-events-none absolute inset-y-0 w-px bg-accent"
            style={{ left: left + momentX }}
          />
        )}
      </div>
      {pointed !== null && at !== null && (
        <Tip {...props} pointed={pointed} row={at} first={inSight.first} scene={scene} />
      )}
    </div>
  );
}

/** Where idle time was taken out. */
function Breaks({ view: { scale }, time, left }: { view: View; time: RunTime; left: number }) {
  if (time.warp.breaks.length === 0) return null;
  return (
    <div aria-hidden className="absolute inset-y-0 right-0 overflow-hidden" style={{ left }}>
      {time.warp.breaks.map(({ from, to }) => (
        <div
          key={from}
          className="absolute inset-y-0 border-line border-x border-dashed bg-sunken"
          style={{ left: scale.x(from), width: scale.x(to) - scale.x(from) }}
        />
      ))}
    </div>
  );
}

interface TipProps extends ChartProps {
  pointed: Pointed;
  row: number;
  first: number;
  scene: ReturnType<typeof useScene>;
}

function Tip({ run, history, rows, pointed, row, first, scene }: TipProps) {
  const number = rows[row] ?? -1;
  const task = history.plan.tasks[number];
  const shown = scene.rows[row - first];
  if (task === undefined || shown === undefined) return null;
  const place = (time: number) => scene.scale.x(scene.warp.chart(time));
  return (
    <BarTooltip
      taskId={task.task_id}
      name={run.nameOf(task.task_id)}
      task={history.stateAt(run.moment.n).tasks[number] ?? UNTOUCHED}
      segments={shown.segments}
      pointed={segmentAt(shown.segments, pointed.x, place, REACH)}
      at={pointed.client}
    />
  );
}

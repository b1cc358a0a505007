import clsx from "clsx";
import { type RefObject, useId, useMemo, useState } from "react";
import type { History } from "@/core/history";
import { UNTOUCHED } from "@/core/state";
import type { Size } from "@/lib/use-size";
import { usePool } from "../rows/use-pool";
import { Axis } from "./axis";
import { Bars } from "./bars";
import { segmentAt } from "./segments";
import { type Pointed, Surface } from "./surface";
import { TaskRow } from "./task-row";
import { ticksOf } from "./ticks";
import { BarTooltip } from "./tooltip";
import { useFollowMoment } from "./use-follow-moment";
import { useRowKeys } from "./use-row-keys";
import { type Shape, useScene } from "./use-scene";
import type { RunTime } from "./use-time";
import type { View } from "./use-view";
import { useWindow } from "./use-window";

export interface ChartProps {
  history: History;
  moment: number;
  selected: string | undefined;
  onSelect: (taskId: string) => void;
  onOpen: (taskId: string) => void;
  onMoment: (moment: number) => void;
  label: string;
  /** The tasks from top to bottom; those of the critical path, where it is shown, are the first of them. */
  rows: readonly number[];
  path: readonly number[];
  time: RunTime;
  view: View;
  box: RefObject<HTMLDivElement | null>;
  size: Size;
  nameWidth: number;
  /** Where the bars begin. */
  left: number;
  shape: Shape;
  className: string | undefined;
}

const TICK_ROOM = 84;
const REACH = 5;

/** The names and bars of the tasks below an axis of time. Only the rows in sight are in the page. */
export function Chart(props: ChartProps) {
  const { history, moment, rows, path, time, view, box, size, nameWidth, left, shape } = props;
  const { scale } = view;
  const { warp, zero } = time;
  const ticks = useMemo(() => ticksOf(scale, warp, zero, TICK_ROOM), [scale, warp, zero]);
  const inSight = useWindow(box, rows.length, shape.rowHeight, size.height);
  const scene = useScene({ history, moment, rows, path, inSight, shape, view, time, ticks });
  const pool = usePool(scene.rows.length);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const at = pointed && Math.floor(pointed.y / shape.rowHeight);
  const ids = useId();
  const onKeyDown = useRowKeys(props);
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
        onTime={(ms) => props.onMoment(history.momentAtTime(ms))}
      />
      <div className="relative flex min-h-0 flex-col">
        <Breaks view={view} time={time} left={left} />
        <div
          ref={box}
          role="listbox"
          tabIndex={0}
          aria-label={props.label}
          aria-activedescendant={marked < 0 ? undefined : `${ids}${inSight.first + marked}`}
          onKeyDown={onKeyDown}
          data-testid="gantt"
          className={clsx("relative overflow-y-auto focus-visible:-outline-offset-2", props.className)}
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
                  onOpen={props.onOpen}
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
                if (taskId !== undefined) (twice ? props.onOpen : props.onSelect)(taskId);
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

function Tip({ history, moment, rows, pointed, row, first, scene }: TipProps) {
  const number = rows[row] ?? -1;
  const task = history.plan.tasks[number];
  const shown = scene.rows[row - first];
  if (task === undefined || shown === undefined) return null;
  const place = (time: number) => scene.scale.x(scene.warp.chart(time));
  return (
    <BarTooltip
      taskId={task.task_id}
      task={history.stateAt(moment).tasks[number] ?? UNTOUCHED}
      segments={shown.segments}
      pointed={segmentAt(shown.segments, pointed.x, place, REACH)}
      at={pointed.client}
    />
  );
}

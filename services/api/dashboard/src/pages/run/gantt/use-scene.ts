import { useMemo } from "react";
import type { History } from "@/core/history";
import { segmentsOf } from "@/core/segments";
import { UNTOUCHED } from "@/core/state";
import type { Scene, SceneRow } from "./draw";
import type { Tick } from "./ticks";
import type { RunTime } from "./use-time";
import type { View } from "./use-view";
import type { RowWindow } from "./use-window";

export interface Shape {
  readonly rowHeight: number;
  /** Where in a row the middle of its bar is. */
  readonly middle: number;
  /** Where in a row the lines of the grid begin: below a name that stands above its bar. */
  readonly gridTop: number;
  /** How wide the canvas is. */
  readonly width: number;
}

interface Asked {
  readonly history: History;
  readonly moment: number;
  readonly rows: readonly number[];
  readonly path: readonly number[];
  readonly inSight: RowWindow;
  readonly shape: Shape;
  readonly view: View;
  readonly time: RunTime;
  readonly ticks: readonly Tick[];
}

/** What is to be drawn of the rows in sight at a moment: nothing of what came later. */
export function useScene({ history, moment, rows, path, inSight, shape, view, time, ticks }: Asked): Scene {
  const { first, last } = inSight;
  const { rowHeight, middle, gridTop, width } = shape;
  const { now, warp } = time;
  const { scale } = view;
  return useMemo(() => {
    const state = history.stateAt(moment);
    const shown = rows.slice(first, last).map((number, index): SceneRow => {
      const task = history.plan.tasks[number];
      const lane = task === undefined ? { attempts: [], wait: null } : history.laneAt(task.task_id, moment);
      const place = first + index;
      const critical = place < path.length;
      return {
        segments: segmentsOf(lane, now),
        status: (state.tasks[number] ?? UNTOUCHED).status,
        follows: critical && place > 0,
        faded: path.length > 0 && !critical,
      };
    });
    const grid = ticks.map(({ x }) => x);
    return { rows: shown, rowHeight, middle, width, scale, warp, grid, gridTop };
  }, [history, moment, rows, path, first, last, rowHeight, middle, gridTop, width, now, warp, scale, ticks]);
}

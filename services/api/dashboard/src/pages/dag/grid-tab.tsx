import { useMemo } from "react";
import type { DagGrid, GridTask } from "@/api/types";
import { ClearFilters } from "@/ui/clear-filters";
import { SearchField } from "@/ui/fields";
import { Empty } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { Legend } from "@/ui/status";
import { GridView, type ShownTask } from "./grid-view";
import { topologicalOrder } from "./order";

export function GridTab(props: {
  grid: DagGrid;
  loadMore: () => void;
  q: string;
  onSearch: (q: string) => void;
}) {
  const { grid, q } = props;
  const ordered = useMemo(() => topologicalOrder(grid.tasks), [grid.tasks]);
  const tasks = useMemo(() => shownTasks(grid.tasks, ordered, q), [grid.tasks, ordered, q]);
  if (!grid.runs.length) {
    return (
      <Panel>
        <Empty title="This DAG has not run yet">
          Each run will be a column here and each task a row, so that you see at a glance which task fails,
          and since when. Start the first run with the button above.
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel
      flush
      title={
        <span className="font-normal text-dim">
          Newest runs first
          <span className="hidden sm:inline">, tasks in the order they depend on each other</span>
        </span>
      }
      actions={<SearchField value={q} onChange={props.onSearch} label="Find tasks" className="w-48" />}
    >
      {tasks.length ? (
        <GridView grid={grid} tasks={tasks} loadMore={props.loadMore} />
      ) : (
        <Empty title="No task matches">
          <ClearFilters onClear={() => props.onSearch("")} />
        </Empty>
      )}
      <div className="border-line border-t px-3.5 py-2">
        <Legend />
      </div>
    </Panel>
  );
}

function shownTasks(all: readonly GridTask[], order: readonly number[], q: string): ShownTask[] {
  const wanted = q.toLowerCase();
  const tasks: ShownTask[] = [];
  for (const number of order) {
    const task = all[number];
    if (task && `${task.name}\n${task.task_id}`.toLowerCase().includes(wanted))
      tasks.push({ ...task, number });
  }
  return tasks;
}

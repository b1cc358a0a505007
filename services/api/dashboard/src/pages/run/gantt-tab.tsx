import type { History } from "@/core/history";
import { useOpenTask } from "./data/use-open-task";
import { Gantt } from "./gantt";
import type { RunView } from "./view";

interface Props {
  view: RunView;
  history: History;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}

/** The tasks of the run over time, up to the moment. */
export default function RunGantt({ view, history, selected, onSelect }: Props) {
  const onOpen = useOpenTask(view.detail.run_id);
  return (
    <Gantt
      history={history}
      version={view.chronicle.length}
      moment={view.moment.n}
      selected={selected}
      onSelect={onSelect}
      onOpen={onOpen}
      onMoment={view.moment.move}
      label="Tasks over time"
      className="min-h-0"
    />
  );
}

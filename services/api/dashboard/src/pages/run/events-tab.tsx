import { useCallback, useMemo } from "react";
import type { History } from "@/core/history";
import { useRunSearch } from "./data/use-search";
import { type EventFilter, EventTimeline } from "./timeline";
import type { RunView } from "./view";

interface Props {
  view: RunView;
  history: History;
  onSelect: (taskId: string | undefined) => void;
}

/** Every event of the run; what the list is narrowed by stands in the URL. */
export function RunEvents({ view, history, onSelect }: Props) {
  const [{ types, find, about }, change] = useRunSearch();
  const filter = useMemo<EventFilter>(
    () => ({ types: types?.split(",") ?? [], text: find ?? "", task: about }),
    [types, find, about],
  );
  const onFilter = useCallback(
    (next: EventFilter) =>
      void change({
        types: next.types.join(",") || undefined,
        find: next.text || undefined,
        about: next.task,
      }),
    [change],
  );
  return (
    <EventTimeline
      history={history}
      nameOf={view.nameOf}
      version={view.chronicle.length}
      moment={view.moment.n}
      onMoment={view.moment.move}
      onSelect={onSelect}
      filter={filter}
      onFilter={onFilter}
      className="min-h-0 flex-1"
    />
  );
}

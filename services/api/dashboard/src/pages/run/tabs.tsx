import { lazy, memo, type ReactNode, Suspense } from "react";
import { RUN_TABS } from "@/app/search";
import { Empty, Loading } from "@/ui/notices";
import { Tabs } from "@/ui/overlay";
import { useRunSearch } from "./data/use-search";
import { Definition } from "./definition-tab";
import { RunEvents } from "./events-tab";
import { TaskList } from "./tasks";
import type { RunView } from "./view";

export const loadGraph = () => import("./graph-tab");
const RunGraph = lazy(loadGraph);
const RunGantt = lazy(() => import("./gantt"));

type Tab = (typeof RUN_TABS)[number];

interface Props {
  view: RunView;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
}

const LABELS: Readonly<Record<Tab, string>> = {
  graph: "Graph",
  gantt: "Gantt",
  tasks: "Tasks",
  events: "Events",
  definition: "Definition",
};

/** The same run, seen in five ways. */
export const RunTabs = memo(function RunTabs(props: Props) {
  const [search, change] = useRunSearch();
  const tab = search.tab ?? "graph";
  const choose = (id: string) => void change({ tab: RUN_TABS.find((one) => one === id) }, false);
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <Tabs
        fill
        label="Views of the run"
        value={tab}
        onChange={choose}
        items={RUN_TABS.map((id) => ({
          id,
          label: LABELS[id],
          content: (
            <Frame>
              <Content {...props} tab={id} />
            </Frame>
          ),
        }))}
      />
    </div>
  );
});

function Frame({ children }: { children: ReactNode }) {
  return (
    <div className="h-full min-h-0 overflow-hidden rounded-lg border border-line bg-panel shadow-panel max-md:h-[min(34rem,70vh)]">
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </div>
  );
}

/** What a tab shows. A moment of the past is not shown before its history is here: it would be another moment. */
function Content({ tab, view, selected, onSelect }: Props & { tab: Tab }) {
  if (tab === "definition") return <Definition detail={view.detail} />;
  if (view.moment.awaited)
    return view.chronicle.error ? <Untold /> : <Loading what="Reading the history up to that moment" />;
  if (tab === "graph") return <RunGraph view={view} selected={selected} onSelect={onSelect} />;
  if (tab === "tasks") return <TaskList view={view} selected={selected} onSelect={onSelect} />;
  const { history, chronicle } = view;
  if (history === null) return chronicle.error ? <Untold /> : <Loading what="Reading the history" />;
  if (tab === "gantt")
    return <RunGantt view={view} history={history} selected={selected} onSelect={onSelect} />;
  return <RunEvents view={view} history={history} onSelect={onSelect} />;
}

/** Above the tabs stands why, and a button to try again. */
function Untold() {
  return (
    <Empty title="This is told from the run's history, which could not be read">
      The other tabs show the run as it stood when the page was opened.
    </Empty>
  );
}

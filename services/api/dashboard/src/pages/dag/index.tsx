import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback } from "react";
import type { VersionEntry } from "@/api/types";
import { usePreload } from "@/lib/use-preload";
import { Failure, Loading } from "@/ui/notices";
import { type TabItem, Tabs } from "@/ui/overlay";
import { PageHead } from "@/ui/panel";
import { DefinitionTab } from "./definition-tab";
import { DurationsTab } from "./durations-tab";
import { GridTab } from "./grid-tab";
import { DagHead, DagTrail } from "./head";
import { useGrid, useVersions } from "./use-dag";
import { VersionsTab } from "./versions-tab";

const loadGraph = () => import("./graph-tab");
const GraphTab = lazy(loadGraph);

export function DagPage() {
  const { dagId } = useParams({ from: "/ui/dags/$dagId" });
  const { tab } = useSearch({ from: "/ui/dags/$dagId" });
  usePreload(tab === "graph" && loadGraph);
  const { data, error, refetch } = useVersions(dagId);
  const current = data?.versions[0];
  // Asked for at once, beside the versions.
  const grid = useGrid(dagId, current);
  if (!data || !current) {
    return (
      <>
        <PageHead trail={<DagTrail />} title={dagId} />
        {error ? <Failure error={error} retry={() => void refetch()} /> : <Loading what="Reading the DAG" />}
      </>
    );
  }
  return (
    <>
      <DagHead dag={current} versions={data.versions.length} />
      <DagTabs key={dagId} dagId={dagId} versions={data.versions} current={current} read={grid} />
    </>
  );
}

type Change = Record<string, string | undefined>;

function DagTabs(props: {
  dagId: string;
  versions: readonly VersionEntry[];
  current: VersionEntry;
  read: ReturnType<typeof useGrid>;
}) {
  const { dagId, versions, current } = props;
  const search = useSearch({ from: "/ui/dags/$dagId" });
  const navigate = useNavigate({ from: "/ui/dags/$dagId" });
  const change = useCallback(
    (changed: Change) =>
      void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false }),
    [navigate],
  );
  const onSearch = useCallback((q: string) => change({ q: q || undefined }), [change]);
  const onTask = useCallback((task: string | undefined) => change({ task }), [change]);
  const { data: grid, error, refetch, loadMore } = props.read;
  const fromGrid = (show: (read: NonNullable<typeof grid>) => ReactNode) =>
    grid ? (
      show(grid)
    ) : error ? (
      <Failure error={error} retry={() => void refetch()} />
    ) : (
      <Loading what="Reading the runs" />
    );
  const items: TabItem[] = [
    {
      id: "grid",
      label: "Grid",
      content: fromGrid((read) => (
        <GridTab grid={read} loadMore={loadMore} q={search.q ?? ""} onSearch={onSearch} />
      )),
    },
    {
      id: "graph",
      label: "Graph",
      content: fromGrid((read) => (
        <Suspense fallback={<Loading what="Opening the graph" />}>
          <GraphTab grid={read} current={current} selected={search.task} onSelect={onTask} />
        </Suspense>
      )),
    },
    {
      id: "durations",
      label: "Durations",
      content: fromGrid((read) => <DurationsTab grid={read} task={search.task} onTask={onTask} />),
    },
    {
      id: "definition",
      label: "Definition",
      content: (
        <DefinitionTab
          dagId={dagId}
          versions={versions}
          version={search.version}
          onVersion={(version) => change({ version })}
          format={search.format ?? "yaml"}
          onFormat={(format) => change({ format: format === "yaml" ? undefined : format })}
        />
      ),
    },
    {
      id: "versions",
      label: `Versions (${versions.length})`,
      content: (
        <VersionsTab
          dagId={dagId}
          versions={versions}
          version={search.version}
          against={search.against}
          onChoose={change}
        />
      ),
    },
  ];
  const tab = items.some(({ id }) => id === search.tab) ? search.tab : undefined;
  return (
    <Tabs
      label="Views of the DAG"
      items={items}
      value={tab ?? "grid"}
      onChange={(id) => change({ tab: id === "grid" ? undefined : id })}
    />
  );
}

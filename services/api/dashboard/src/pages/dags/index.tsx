import { useNavigate, useSearch } from "@tanstack/react-router";
import { FilePlus2 } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import type { DagWithRuns } from "@/api/types";
import { plural } from "@/lib/format";
import { RunDialog } from "@/start/run-dialog";
import { useStart } from "@/start/use-start";
import { Button } from "@/ui/button";
import { Empty, Failure, Loading } from "@/ui/notices";
import { PageHead, Panel } from "@/ui/panel";
import { addDrafts, newDraft } from "@/upload/drafts";
import { UploadButton } from "@/upload/upload-button";
import { countTags, type Filter } from "./filter";
import { DagFilters } from "./filters";
import { useHeldOrder } from "./held-order";
import { NoDags } from "./no-dags";
import { DagTable } from "./table";
import { useDags } from "./use-dags";

export function DagsPage() {
  const { data, error, refetch } = useDags();
  return (
    <>
      <PageHead
        title="DAGs"
        actions={
          <>
            <UploadButton />
            <Button onClick={() => addDrafts([newDraft()])}>
              <FilePlus2 aria-hidden className="size-4" /> New
            </Button>
          </>
        }
      >
        {data && plural(data.count, "DAG")}
      </PageHead>
      {data ? (
        data.count ? (
          <List dags={data.dags} />
        ) : (
          <Panel>
            <NoDags />
          </Panel>
        )
      ) : null}
      {!data &&
        (error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="Reading the DAGs" />
        ))}
    </>
  );
}

function List({ dags }: { dags: readonly DagWithRuns[] }) {
  const filter: Filter = useSearch({ from: "/ui/dags" });
  const navigate = useNavigate({ from: "/ui/dags" });
  const start = useStart();
  const [asked, setAsked] = useState<DagWithRuns | null>(null);
  const change = useCallback(
    (changed: Record<string, string | undefined>) =>
      void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false }),
    [navigate],
  );
  const acts = useMemo(
    () => ({
      onRun: ({ dag_id, name }: DagWithRuns) => void start({ dagId: dag_id, name }, false),
      onRunDialog: setAsked,
      onTag: (tag: string) => change({ tag }),
    }),
    [start, change],
  );
  const { dags: shown, stale, sortAgain } = useHeldOrder(dags, filter);
  const tags = useMemo(() => countTags(dags), [dags]);
  return (
    <>
      <DagFilters
        filter={filter}
        tags={tags}
        shown={shown.length}
        onChange={change}
        stale={stale}
        onSortAgain={sortAgain}
      />
      <Panel flush>
        {shown.length ? (
          <DagTable
            dags={shown}
            acts={acts}
            sort={filter.sort ?? "name"}
            onSort={(sort) => {
              change({ sort: sort === "name" ? undefined : sort });
              sortAgain();
            }}
          />
        ) : (
          <Empty title="No DAG matches">Clear the filters above to see the others.</Empty>
        )}
      </Panel>
      {asked && <RunDialog dag={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

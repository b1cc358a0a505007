import { getRouteApi, Link } from "@tanstack/react-router";
import { Ban } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import { count, plural } from "@/lib/format";
import { Button } from "@/ui/button";
import { Empty, Failure, Loading } from "@/ui/notices";
import { Dialog } from "@/ui/overlay";
import { PageHead, Panel } from "@/ui/panel";
import { RunFilters } from "./filters";
import type { Filter } from "./runs-list";
import { RunTable } from "./table";
import { useRuns, useSelection } from "./use-runs";

const route = getRouteApi("/ui/runs");

/** Every run, newest first; what it is narrowed to stands in the URL. */
export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter: Filter = useMemo(
    () => ({
      statuses: search.status?.split(",") ?? [],
      dag: search.dag ?? "",
      search: search.q?.trim() ?? "",
      after: search.after ?? "",
      before: search.before ?? "",
    }),
    [search],
  );
  const change = (part: Partial<Filter>) => {
    const next = { ...filter, ...part };
    void navigate({
      replace: true,
      search: {
        ...(next.statuses.length && { status: next.statuses.join(",") }),
        ...(next.dag && { dag: next.dag }),
        ...(next.search && { q: next.search }),
        ...(next.after && { after: next.after }),
        ...(next.before && { before: next.before }),
      },
    });
  };
  const { runs, error, isPending, refetch, fetchNextPage, ...pages } = useRuns(filter);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError } = pages;
  const { marked, toggle } = useSelection(runs);
  // A page that failed is not asked for again by scrolling, only by the button.
  const more =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined;
  const retry = () => void (isFetchNextPageError ? fetchNextPage() : refetch());
  return (
    <>
      <PageHead
        title="Runs"
        actions={<CancelMarked ids={[...marked]} done={() => toggle([...marked], false)} />}
      >
        <span>
          {count(runs.length)}
          {hasNextPage ? " loaded, more below" : " in all"}
        </span>
      </PageHead>
      <RunFilters filter={{ ...filter, search: search.q ?? "" }} change={change} />
      <Panel flush>
        {error && <Failure error={error} retry={retry} />}
        {isPending && !error && <Loading what="Reading the runs" />}
        {!isPending && !error && runs.length === 0 && <Nothing narrowed={Object.keys(search).length > 0} />}
        {runs.length > 0 && (
          <RunTable runs={runs} marked={marked} toggle={toggle} more={more} complete={!hasNextPage} />
        )}
      </Panel>
    </>
  );
}

function Nothing({ narrowed }: { narrowed: boolean }) {
  if (narrowed) return <Empty title="No run matches">Clear the filters above to see the others.</Empty>;
  return (
    <Empty title="There was no run yet">
      Open a{" "}
      <Link to="/ui/dags" className="text-accent underline">
        DAG
      </Link>{" "}
      and start one; it appears here at once.
    </Empty>
  );
}

const AT_ONCE = 500;

/** Cancel many runs, after asking. */
function CancelMarked({ ids, done }: { ids: readonly string[]; done: () => void }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const cancel = async () => {
    setBusy(true);
    try {
      let refused = 0;
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const answer = await body(
          api.POST("/runs/cancel", { body: { run_ids: ids.slice(from, from + AT_ONCE) } }),
        );
        refused += answer.refused.length;
      }
      toast.success(`${plural(ids.length - refused, "run")} asked to end`, {
        ...(refused && { description: `${plural(refused, "run")} had ended already.` }),
      });
      done();
    } catch (error) {
      toast.error(asError(error).message);
    }
    setBusy(false);
    setAsking(false);
  };
  if (ids.length === 0) return null;
  const what = plural(ids.length, "run");
  return (
    <>
      <Button kind="danger" onClick={() => setAsking(true)}>
        <Ban aria-hidden className="size-4" /> Cancel {what}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Cancel ${what}?`}
        description="Tasks that wait end at once, those that run are killed. What has ended stays as it is."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Keep them</Button>
          <Button kind="danger" disabled={busy} onClick={() => void cancel()}>
            Cancel {what}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

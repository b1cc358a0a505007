import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api, body } from "@/api/client";
import { ApiError } from "@/api/errors";
import { usePreload } from "@/lib/use-preload";
import { Empty, Failure, Loading } from "@/ui/notices";
import { RunScreen } from "./screen";
import { loadGraph } from "./tabs";

const route = getRouteApi("/ui/runs/$runId");

/** A run: live, at any moment of its past, and why each of its tasks stood where it stood. */
export function RunPage() {
  const { runId } = route.useParams();
  const { tab = "graph" } = route.useSearch();
  usePreload(tab === "graph" && loadGraph);
  const run = useQuery({
    queryKey: ["run", runId],
    queryFn: () => body(api.GET("/runs/{run_id}", { params: { path: { run_id: runId } } })),
    // Told once per visit: another answer would have the history read once more.
    gcTime: 0,
  });
  if (run.error instanceof ApiError && run.error.status === 404) return <Unknown runId={runId} />;
  if (run.error && run.data === undefined)
    return <Failure error={run.error} retry={() => void run.refetch()} />;
  if (run.data === undefined) return <Loading what="Reading the run" />;
  return <RunScreen key={runId} detail={run.data} onForked={() => void run.refetch()} />;
}

function Unknown({ runId }: { runId: string }) {
  return (
    <Empty page title="There is no such run">
      <p className="break-all">
        No run here has the id <code className="font-mono">{runId}</code>. It may belong to another
        deployment, or the link was cut.{" "}
        <Link to="/ui/runs" className="text-accent underline">
          See all runs
        </Link>
      </p>
    </Empty>
  );
}

import { getRouteApi } from "@tanstack/react-router";
import { LogViewer } from "@/logs";
import { PageHead, Panel } from "@/ui/panel";

const route = getRouteApi("/ui/runs/$runId/tasks/$taskId");
export function TaskPage() {
  const { runId, taskId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead title={taskId} />
      <Panel flush title="Log">
        <LogViewer
          runId={runId}
          taskId={taskId}
          attempt={search.attempt ?? 1}
          ended={false}
          query={search.q}
          onQuery={(q) =>
            void navigate({ replace: true, search: (old) => ({ ...old, q: q || undefined }) as never })
          }
          line={search.line}
          onLine={(line) => void navigate({ replace: true, search: (old) => ({ ...old, line }) as never })}
        />
      </Panel>
    </>
  );
}

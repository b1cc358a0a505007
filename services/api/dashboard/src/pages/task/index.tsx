import { getRouteApi, Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import type { TaskDetail } from "@/api/types";
import { shortRunId } from "@/lib/format";
import { LogViewer } from "@/logs";
import { buttonClass } from "@/ui/button";
import { CopyButton } from "@/ui/fields";
import { Empty, Failure, Loading } from "@/ui/notices";
import { PageHead, Panel } from "@/ui/panel";
import { STATUSES, StatusBadge } from "@/ui/status";
import { AttemptTabs } from "./attempt-tabs";
import { AttemptError, AttemptFacts, AttemptOutput } from "./attempt-view";
import { Definition } from "./definition";
import { TaskLink } from "./task-link";
import { TimeBar } from "./time-bar";
import { useTask } from "./use-task";
import { notTried } from "./words";

const route = getRouteApi("/ui/runs/$runId/tasks/$taskId");

/** One task of a run: its attempts, what they printed, and what became of them. */
export function TaskPage() {
  const { runId, taskId } = route.useParams();
  const { data, error, refetch } = useTask(runId, taskId);
  if (data) {
    return (
      <>
        {error && <Failure error={error} retry={() => void refetch()} />}
        <Task key={`${runId} ${taskId}`} task={data} />
      </>
    );
  }
  return (
    <>
      <PageHead title={taskId} trail={<Trail runId={runId} />} />
      <Panel flush>
        {error ? <Failure error={error} retry={() => void refetch()} /> : <Loading what="Reading the task" />}
      </Panel>
    </>
  );
}

function Trail({ runId, dagId }: { runId: string; dagId?: string }) {
  const link = "hover:text-text hover:underline";
  return (
    <>
      <Link to="/ui/runs" className={link}>
        Runs
      </Link>
      <span aria-hidden>/</span>
      {dagId !== undefined && (
        <>
          <Link to="/ui/dags/$dagId" params={{ dagId }} className={link}>
            {dagId}
          </Link>
          <span aria-hidden>/</span>
        </>
      )}
      <Link to="/ui/runs/$runId" params={{ runId }} className={link} title={runId}>
        {shortRunId(runId)}
      </Link>
    </>
  );
}

function Task({ task }: { task: TaskDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { run_id: runId, task_id: taskId, attempts } = task;
  const attempt = attempts.find((one) => one.attempt === search.attempt) ?? attempts.at(-1);
  const { line: _line, ...lineless } = search;
  const { q: _q, ...queryless } = search;
  const show = (next: typeof search) => void navigate({ replace: true, search: next });
  return (
    <>
      <Head task={task} />
      <div className="mb-4 rounded-lg border border-line bg-panel p-3.5 shadow-panel">
        <TimeBar task={task} />
      </div>
      {attempts.length > 1 && attempt && (
        <div className="mb-3">
          {/* Lines are numbered per attempt: a link to one does not go with another. */}
          <AttemptTabs
            attempts={attempts}
            chosen={attempt.attempt}
            onChoose={(chosen) =>
              void navigate({ search: { attempt: chosen, ...(search.q && { q: search.q }) } })
            }
          />
        </div>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {attempt?.error && <AttemptError error={attempt.error} />}
          {attempt?.output != null && <AttemptOutput output={attempt.output} />}
          <Panel flush>
            {attempt ? (
              <LogViewer
                runId={runId}
                taskId={taskId}
                attempt={attempt.attempt}
                ended={attempt.ended_at !== null}
                started={attempt.started_at !== null}
                height="max(20rem, calc(100vh - 19rem))"
                query={search.q}
                onQuery={(q) => show(q ? { ...search, q } : queryless)}
                line={search.line}
                // A line is one of this attempt, also once there is a later one.
                onLine={(line) => show(line ? { ...search, attempt: attempt.attempt, line } : lineless)}
              />
            ) : (
              <NotTried task={task} />
            )}
          </Panel>
        </div>
        <div className="grid min-w-0 gap-4 md:max-xl:grid-cols-2">
          {attempt && <AttemptFacts runId={runId} attempt={attempt} of={attempts.length} />}
          <Definition task={task} />
        </div>
      </div>
    </>
  );
}

function Head({ task }: { task: TaskDetail }) {
  const { run_id: runId, task_id: taskId, status, name } = task;
  return (
    <PageHead
      title={name}
      name={`${name}: ${STATUSES[status].label}`}
      trail={<Trail runId={runId} dagId={task.dag_id} />}
      actions={
        <Link
          to="/ui/runs/$runId"
          params={{ runId }}
          search={{ tab: "graph", task: taskId }}
          className={buttonClass()}
        >
          <Workflow aria-hidden className="size-4" />
          <span className="inline-block first-letter:uppercase">
            <span className="max-sm:sr-only">Open in the run's </span>graph
          </span>
        </Link>
      }
    >
      <StatusBadge status={status} />
      <span className="inline-flex min-w-0 items-center gap-0.5 font-mono text-xs">
        <span className="[overflow-wrap:anywhere]">{taskId}</span>
        <CopyButton text={taskId} label="Copy the task's id" />
      </span>
      {task.failures > 0 && <span>{task.failures === 1 ? "1 failure" : `${task.failures} failures`}</span>}
      {task.losses > 0 && <span>{task.losses === 1 ? "1 lost worker" : `${task.losses} lost workers`}</span>}
    </PageHead>
  );
}

function NotTried({ task }: { task: TaskDetail }) {
  const { title, text } = notTried(task);
  return (
    <Empty title={title}>
      {text} {task.upstream !== null && <TaskLink runId={task.run_id} taskId={task.upstream} inText />}
    </Empty>
  );
}

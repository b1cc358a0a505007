"""From what the store keeps to what the API shows."""

from collections.abc import Sequence

import msgspec

from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.run import RunSummary, TaskState
from penstock.core.status import RunStatus, TaskStatus
from penstock.store.records import (
    DagSummary,
    Figures,
    OutputLine,
    PartitionHealth,
    RunView,
    ServerSettings,
    WorkerPresence,
)
from penstock_api.outlines import Outline
from penstock_api.schemas import (
    DagDetail,
    DagEntry,
    DagWithRuns,
    LogLine,
    Metrics,
    PartitionMetrics,
    RunDetail,
    RunEntry,
    TaskDefinition,
    TaskFailure,
    TaskView,
    VersionEntry,
)
from penstock_api.times import rfc3339, rfc3339_or_none

_UNTOUCHED = TaskState()
_TASK_FIELDS = TaskDefinition.__struct_fields__


def dag_entry(dag: DagSummary) -> DagEntry:
    """Return a DAG as listed."""
    registered_at = rfc3339_or_none(dag.registered_at)
    return DagEntry(dag.dag_id, dag.name, dag.version, dag.task_count, dag.description, registered_at, list(dag.tags))


def dag_with_runs(dag: DagSummary, runs: Sequence[RunSummary]) -> DagWithRuns:
    """Return a DAG as listed with its last runs."""
    return DagWithRuns(*msgspec.structs.astuple(dag_entry(dag)), last_runs=[run_entry(run) for run in runs])


def version_entry(dag: DagSummary, *, current: bool) -> VersionEntry:
    """Return a version as listed."""
    return VersionEntry(*msgspec.structs.astuple(dag_entry(dag)), current=current)


def dag_detail(spec: DagSpec, dag: DagSummary, *, current: bool) -> DagDetail:
    """Return a definition with what is known of its version."""
    return DagDetail(
        dag_id=spec.id,
        name=spec.name,
        version=dag.version,
        task_count=dag.task_count,
        description=spec.description,
        registered_at=rfc3339_or_none(dag.registered_at),
        tags=list(spec.tags),
        current=current,
        id=spec.id,
        tasks={name: task_definition(task) for name, task in spec.tasks.items()},
    )


def task_definition(task: TaskSpec) -> TaskDefinition:
    """Return a task as defined, defaults spelt out."""
    return TaskDefinition(*[getattr(task, field) for field in _TASK_FIELDS])


def run_entry(run: RunSummary) -> RunEntry:
    """Return a run as listed."""
    return RunEntry(
        run.run_id,
        run.dag_id,
        run.version,
        run.status,
        rfc3339(run.created_at),
        rfc3339_or_none(run.started_at),
        rfc3339_or_none(run.finished_at),
        run.counts,
        run.seq,
    )


def run_detail(run: RunView, outline: Outline) -> RunDetail:
    """Return a run with its tasks."""
    summary = run.summary
    return RunDetail(
        run_id=summary.run_id,
        dag_id=summary.dag_id,
        dag_version=summary.version,
        status=summary.status,
        created_at=rfc3339(summary.created_at),
        started_at=rfc3339_or_none(summary.started_at),
        finished_at=rfc3339_or_none(summary.finished_at),
        task_counts=summary.counts,
        seq=summary.seq,
        dag_name=outline.dag_name,
        tasks=[
            task_view(outline, task_id, run.tasks.get(number, _UNTOUCHED))
            for number, task_id in enumerate(outline.names)
        ],
    )


def task_view(outline: Outline, task_id: str, task: TaskState) -> TaskView:
    """Return a task of a run."""
    error = task.error
    return TaskView(
        task_id=task_id,
        name=outline.names[task_id],
        status=task.status,
        attempt=task.attempt,
        worker=task.worker or None,
        queue=task.queue or None,
        ready_at=rfc3339_or_none(task.ready_at),
        started_at=rfc3339_or_none(task.started_at),
        finished_at=rfc3339_or_none(task.finished_at),
        retry_at=rfc3339_or_none(task.due),
        exit_code=task.exit_code,
        error=None if error is None else TaskFailure(error.kind, error.message, error.traceback),
        output=task.output,
        upstream=task.upstream or None,
        dependencies=outline.dependencies[task_id],
        failures=task.failures,
        losses=task.losses,
        reason=task.reason or None,
        seq=task.seq,
    )


def log_line(line: OutputLine) -> LogLine:
    """Return a line of output."""
    return LogLine(line.number, rfc3339(line.at), line.stream, line.text)


def metrics(
    figures: Figures,
    schedulers: int,
    workers: Sequence[WorkerPresence],
    health: Sequence[PartitionHealth],
    server: ServerSettings,
    faults: list[str],
) -> Metrics:
    """Return the counts; a status that nothing is in counts 0."""
    active = [worker for worker in workers if not worker.draining]
    return Metrics(
        dags_registered=figures.dags,
        runs_total=sum(figures.runs.values()),
        runs_by_status={status: figures.runs.get(status, 0) for status in RunStatus},
        tasks_by_status={status: figures.tasks.get(status, 0) for status in TaskStatus},
        queue_depth=figures.queue_depth,
        queue_age_seconds=max(one.ready_age_ms for one in health) / 1000,
        tasks_claimed=figures.pending,
        inbox_lag=figures.inbox_lag,
        inbox_age_seconds=max(one.inbox_age_ms for one in health) / 1000,
        dead_letters=figures.dead_letters,
        events_total=figures.events,
        partitions=len(health),
        schedulers=schedulers,
        workers=len(workers),
        workers_draining=len(workers) - len(active),
        slots=sum(worker.slots for worker in active),
        slots_used=sum(worker.busy for worker in active),
        server=server,
        server_faults=faults,
        by_partition=[partition_metrics(one) for one in health],
    )


def partition_metrics(health: PartitionHealth) -> PartitionMetrics:
    """Return how a partition fares."""
    return PartitionMetrics(
        partition=health.partition,
        owner=health.head.owner,
        lease_seconds=health.lease_ms / 1000,
        term=health.head.term,
        incarnation=health.head.incarnation,
        seq=health.head.seq,
        appended=health.appended,
        inbox_lag=health.inbox,
        inbox_age_seconds=health.inbox_age_ms / 1000,
        commit_age_seconds=health.commit_age_ms / 1000,
        tasks_ready=health.ready,
        ready_age_seconds=health.ready_age_ms / 1000,
        tasks_claimed=health.claims,
        claim_idle_seconds=health.claim_idle_ms / 1000,
        timers=health.timers,
        timer_overdue_seconds=health.overdue_ms / 1000,
        dead_letters=health.dead_letters,
    )

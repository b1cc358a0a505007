"""The state of one run: what is kept of it, and the only code that changes it.

``evolve_run`` is a fold step: the same events in the same order give the same state, live, after a takeover, in replay.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from penstock.core import events as e
from penstock.core.frontier import Frontier
from penstock.core.plan import Plan
from penstock.core.status import (
    RUN_ENDED,
    RUN_LIFECYCLE,
    TASK_ENDED,
    TASK_LIFECYCLE,
    RunStatus,
    Step,
    TaskStatus,
)
from penstock.errors import PenstockError


class IllegalStepError(PenstockError):
    """An event that its subject's lifecycle does not allow: the log or the code is wrong. State is untouched."""


class StoredError(e.TaskError, frozen=True, forbid_unknown_fields=False):
    """Why an attempt failed, as projected: whoever only looks passes over what a newer Penstock adds."""


class TaskState(msgspec.Struct, omit_defaults=True):
    """One task of a run. Times are ms since the epoch, 0 for not yet.

    ``seq`` is the last event about the task, ``ready_seq`` the one that made the present attempt ready (and so the id
    of its queue entry). ``failures`` counts against the retries, ``losses`` does not. ``due`` is when a retrying task
    is ready again, ``reason`` why it retries.
    """

    status: TaskStatus = TaskStatus.WAITING
    attempt: int = 0
    failures: int = 0
    losses: int = 0
    queue: str = ""
    worker: str = ""
    ready_at: int = 0
    started_at: int = 0
    finished_at: int = 0
    due: int = 0
    reason: str = ""
    exit_code: int | None = None
    error: StoredError | None = None
    output: Any = None
    upstream: str = ""
    seq: int = 0
    ready_seq: int = 0


class RunSummary(msgspec.Struct, omit_defaults=True):
    """What is kept of a run beside its tasks.

    ``seq`` is the last event that changed the run, ``status_seq`` the one that gave it its present status; both are 0
    for a run that is requested but not yet in the log. ``counts`` says how many tasks stand in each status.
    ``late_at`` is when the run was found to be late, 0 while it was not; ``traceparent`` is that of the request.
    """

    run_id: str
    dag_id: str
    version: str
    status: RunStatus = RunStatus.REQUESTED
    created_at: int = 0
    started_at: int = 0
    finished_at: int = 0
    late_at: int = 0
    seq: int = 0
    status_seq: int = 0
    counts: dict[TaskStatus, int] = {}
    traceparent: str = ""


class Run:
    """A run in memory: its summary, its tasks by number, the plan it follows, and the derived frontier."""

    __slots__ = ("frontier", "plan", "summary", "tasks")

    def __init__(self, summary: RunSummary, tasks: list[TaskState], plan: Plan) -> None:
        self.summary = summary
        self.tasks = tasks
        self.plan = plan
        self.frontier = Frontier(plan, [(task.status, task.due) for task in tasks])

    @property
    def late_due(self) -> int:
        """When (ms) the run becomes late if it has not ended by then; 0 for never, or if it is late already."""
        after = 0 if self.summary.late_at else self.plan.late_after_ms
        return self.summary.created_at + after if after else 0

    @property
    def ended(self) -> bool:
        """Whether the run has reached a terminal status."""
        return self.summary.status in RUN_ENDED

    def count(self, status: TaskStatus) -> int:
        """Return how many tasks stand in a status."""
        return self.summary.counts.get(status, 0)

    def has(self, statuses: frozenset[TaskStatus]) -> bool:
        """Whether any task stands in one of the statuses."""
        return not self.summary.counts.keys().isdisjoint(statuses)


def new_run(request: e.RunRequested, plan: Plan, seq: int) -> Run:
    """Return the run that an accepted request begins."""
    summary = RunSummary(
        run_id=request.run_id,
        dag_id=request.dag_id,
        version=request.version,
        created_at=request.at,
        seq=seq,
        status_seq=seq,
        counts={TaskStatus.WAITING: len(plan.tasks)},
        traceparent=request.traceparent,
    )
    return Run(summary, [TaskState() for _ in plan.tasks], plan)


def evolve_run(run: Run, event: e.AnyRunEvent, seq: int) -> None:
    """Apply event number ``seq`` to the run.

    Raises:
        IllegalStepError: the lifecycle does not allow it; the run is unchanged.
    """
    if isinstance(event, e.FactRejected):
        return
    _EVOLVE[type(event)](run, event, seq)
    run.summary.seq = seq


def _run_to(run: Run, status: RunStatus, seq: int) -> None:
    summary = run.summary
    if status not in RUN_LIFECYCLE[summary.status]:
        raise IllegalStepError(f"Run {summary.run_id} cannot go from {summary.status} to {status}.")
    summary.status = status
    summary.status_seq = seq


def _run_started(run: Run, event: e.RunStarted, seq: int) -> None:
    _run_to(run, RunStatus.RUNNING, seq)
    run.summary.started_at = _not_before_run(run, event.at)


def _run_cancelled(run: Run, _event: e.RunCancelled, seq: int) -> None:
    _run_to(run, RunStatus.CANCELLING, seq)


def _run_late(run: Run, event: e.RunLate, _seq: int) -> None:
    summary = run.summary
    if run.ended or summary.late_at:
        raise IllegalStepError(f"Run {summary.run_id} has ended or is late already: it cannot become late.")
    summary.late_at = _not_before_run(run, event.at)


def _run_finished(run: Run, event: e.RunFinished, seq: int) -> None:
    _run_to(run, event.status, seq)
    last = max((task.finished_at for task in run.tasks), default=0)
    run.summary.finished_at = max(_not_before_run(run, event.at), last)


def _not_before_run(run: Run, at: int) -> int:
    """Return ``at``, or when the run began if that is later: a clock that was set back makes no time negative."""
    return max(at, run.summary.created_at, run.summary.started_at)


def _step(run: Run, event: e.TaskEvent, step: Step, seq: int) -> TaskState:
    """Move the event's task one step along its lifecycle and keep counts and frontier in tune."""
    number = run.plan.number.get(event.task_id)
    if number is None:
        raise IllegalStepError(f"Run {run.summary.run_id} has no task {event.task_id}.")
    task = run.tasks[number]
    before = task.status
    after = TASK_LIFECYCLE.get((before, step))
    if after is None:
        raise IllegalStepError(f"Task {event.task_id} of run {run.summary.run_id} is {before}: it cannot {step}.")
    task.status = after
    task.seq = seq
    counts = run.summary.counts
    counts[before] -= 1
    if not counts[before]:
        del counts[before]
    counts[after] = counts.get(after, 0) + 1
    if after in TASK_ENDED:
        task.finished_at = _not_before_task(run, task, event.at)
    run.frontier.moved(run.plan, number, before, after, task.due)
    return task


def _not_before_task(run: Run, task: TaskState, at: int) -> int:
    return max(_not_before_run(run, at), task.ready_at, task.started_at)


def _task_ready(run: Run, event: e.TaskReady, seq: int) -> None:
    task = _step(run, event, Step.READY, seq)
    task.attempt = event.attempt
    task.queue = event.queue
    task.ready_at = _not_before_run(run, event.at)
    task.ready_seq = seq
    task.started_at = task.finished_at = task.due = 0
    task.worker = task.reason = ""
    task.exit_code = task.error = None


def _task_started(run: Run, event: e.TaskStarted, seq: int) -> None:
    task = _step(run, event, Step.START, seq)
    task.worker = event.worker
    task.started_at = max(event.at, task.ready_at)


def _task_succeeded(run: Run, event: e.TaskSucceeded, seq: int) -> None:
    task = _step(run, event, Step.SUCCEED, seq)
    task.exit_code = event.exit_code
    task.output = event.output


def _task_failed(run: Run, event: e.TaskFailed, seq: int) -> None:
    task = _retry_or_fail(run, event, event.retry_at, "retry", seq)
    task.failures += 1
    task.exit_code = event.exit_code
    task.error = StoredError(*msgspec.structs.astuple(event.error))


def _task_lost(run: Run, event: e.TaskLost, seq: int) -> None:
    task = _retry_or_fail(run, event, event.retry_at, "lost", seq)
    task.losses += 1
    task.error = StoredError("lost", f"Worker {event.worker} fell silent while it ran the task.")


def _task_returned(run: Run, event: e.TaskReturned, seq: int) -> None:
    _retry_or_fail(run, event, event.retry_at, "returned", seq)


def _retry_or_fail(run: Run, event: e.TaskEvent, retry_at: int, reason: str, seq: int) -> TaskState:
    task = _step(run, event, Step.RETRY if retry_at else Step.FAIL, seq)
    task.finished_at = _not_before_task(run, task, event.at)
    if retry_at:
        task.due = retry_at
        task.reason = reason
        run.frontier.retry(run.plan.number[event.task_id], retry_at)
    return task


def _task_cancelled(run: Run, event: e.TaskCancelled, seq: int) -> None:
    _step(run, event, Step.CANCEL, seq).due = 0


def _task_upstream_failed(run: Run, event: e.TaskUpstreamFailed, seq: int) -> None:
    _step(run, event, Step.BLOCK, seq).upstream = event.upstream


_EVOLVE: dict[type[e.RunEvent], Callable[[Run, Any, int], None]] = {
    e.RunStarted: _run_started,
    e.RunCancelled: _run_cancelled,
    e.RunLate: _run_late,
    e.RunFinished: _run_finished,
    e.TaskReady: _task_ready,
    e.TaskStarted: _task_started,
    e.TaskSucceeded: _task_succeeded,
    e.TaskFailed: _task_failed,
    e.TaskLost: _task_lost,
    e.TaskReturned: _task_returned,
    e.TaskCancelled: _task_cancelled,
    e.TaskUpstreamFailed: _task_upstream_failed,
}

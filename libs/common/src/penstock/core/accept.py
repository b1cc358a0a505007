"""Which facts become events: the door of the log.

A fact may be stale, repeated, impossible or forged; it is then dropped (a mere repetition) or recorded as rejected, and
never touches state.
"""

from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.backoff import retry_delay
from penstock.core.dag import dag_version
from penstock.core.partition import Partition
from penstock.core.plan import unsound
from penstock.core.run import Run, TaskState
from penstock.core.status import RUN_ENDED, RunStatus, TaskStatus

MAX_LOSSES = 3
"""A task whose worker was lost this often fails as ``lost``: it may be what kills them."""


def accept(partition: Partition, fact: e.AnyEvent, at: int, cause: str) -> e.AnyEvent | None:
    """Return the event that a fact becomes, a :class:`FactRejected` that says why not, or None for a repetition.

    The run the fact is about, and the version it names, must be in ``partition`` if they exist at all. ``at`` (ms) is
    when the fact reached the inbox.
    """
    match fact:  # the commonest first: each case that does not fit costs a look at the type
        case e.TaskSucceeded() | e.TaskStarted() | e.TaskFailed() | e.TaskLost() | e.TaskReturned() | e.TaskCancelled():
            return _accept_report(partition.runs.get(fact.run_id), fact, at, cause)
        case e.DagRegistered():
            return _accept_registration(fact, at, cause)
        case e.RunRequested():
            return _accept_request(partition, fact, at, cause)
        case e.RunCancelled():
            return _accept_cancellation(partition.runs.get(fact.run_id), fact, at, cause)
        case e.LogForked():
            return None  # nobody reports it: it is found by whoever remembers the other branch
        case _:
            return _rejected(fact, "a decision is not a fact", at, cause)


def _rejected(fact: e.AnyRunEvent, reason: str, at: int, cause: str) -> e.FactRejected:
    task_id, attempt = (fact.task_id, fact.attempt) if isinstance(fact, e.TaskEvent) else ("", 0)
    return e.FactRejected(
        at=at,
        cause=cause,
        run_id=fact.run_id,
        task_id=task_id,
        attempt=attempt,
        fact=type(fact).__name__,
        reason=reason,
    )


def _accept_registration(fact: e.DagRegistered, at: int, cause: str) -> e.AnyEvent:
    """What the API sends was checked; this is for what somebody else puts into the inbox."""
    dag = fact.definition
    reason = unsound(dag)
    if not reason and (dag.id, dag_version(dag)) != (fact.dag_id, fact.version):
        reason = f"the definition is not version {fact.version} of DAG {fact.dag_id}"
    if reason:
        return e.FactRejected(at=at, cause=cause, run_id="", fact="DagRegistered", reason=reason)
    return replace(fact, at=at, cause=cause)


def _accept_request(partition: Partition, fact: e.RunRequested, at: int, cause: str) -> e.AnyEvent | None:
    if fact.run_id in partition.runs:
        return None
    plan = partition.plans.get(fact.version)
    if plan is None or plan.dag_id != fact.dag_id:
        return _rejected(fact, f"DAG {fact.dag_id} has no version {fact.version}", at, cause)
    return replace(fact, at=at, cause=cause)


def _accept_cancellation(run: Run | None, fact: e.RunCancelled, at: int, cause: str) -> e.AnyEvent | None:
    if run is None:
        return _rejected(fact, "no such run", at, cause)
    if run.summary.status is RunStatus.CANCELLING:
        return None
    if run.ended:
        return _rejected(fact, f"the run has ended: {run.summary.status}", at, cause)
    return replace(fact, at=at, cause=cause)


def _accept_report(run: Run | None, fact: e.Report, at: int, cause: str) -> e.AnyEvent:
    if run is None:
        return _rejected(fact, "no such run", at, cause)
    number = run.plan.number.get(fact.task_id)
    if number is None:
        return _rejected(fact, "the run has no such task", at, cause)
    task = run.tasks[number]
    if fact.attempt != task.attempt:
        return _rejected(fact, f"superseded: the present attempt is {task.attempt}", at, cause)
    # Stricter than the lifecycle: that a task which does not run is cancelled is decided here, never reported.
    expected = TaskStatus.READY if isinstance(fact, e.TaskStarted) else TaskStatus.RUNNING
    if task.status is not expected:
        return _rejected(fact, f"the task is {task.status}", at, cause)
    match fact:
        case e.TaskSucceeded() | e.TaskStarted() | e.TaskCancelled():
            return replace(fact, at=at, cause=cause)
        case _:
            return replace(fact, at=at, cause=cause, retry_at=_retry_at(run, number, task, fact, at))


def _retry_at(run: Run, number: int, task: TaskState, fact: e.TaskFailed | e.TaskLost | e.TaskReturned, at: int) -> int:
    """Return when (ms) another attempt follows this ended one, 0 for never."""
    if run.summary.status is RunStatus.CANCELLING or run.summary.status in RUN_ENDED:
        return 0
    spec = run.plan.tasks[number]
    if isinstance(fact, e.TaskFailed):
        if task.failures >= spec.retries:
            return 0
        return at + retry_delay(run.summary.run_id, spec, task.failures + 1)
    if isinstance(fact, e.TaskLost):
        return at if task.losses + 1 < MAX_LOSSES else 0
    return at

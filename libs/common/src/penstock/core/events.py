"""The vocabulary of the log: every fact that is reported and every decision that is taken.

A *fact* (requested by the API, reported by a worker, found by the sweep) waits in an inbox; once the scheduler has
accepted it, it is an *event* of the log. Decisions of the scheduler are events from birth. Both are the same types: an
event has ``at`` and ``cause`` filled in, a fact leaves them empty.

Every change of what an event holds, a field that is added included, raises ``SCHEMA_VERSION`` and adds an upcaster in
``codec``. Otherwise an older process beside a newer one would not know that there is something it does not know: it
would drop the field and decide without it. What each version holds is recorded in ``tests/golden``.
"""

from typing import Any

import msgspec
from msgspec import field

from penstock.core.dag import DagSpec
from penstock.core.status import RunStatus

SCHEMA_VERSION = 3


def _schema_version() -> int:
    # A factory, because msgspec omits a field that equals its default and the version must stand in every entry.
    return SCHEMA_VERSION


class TaskError(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Why an attempt failed. ``kind`` is for programs (``exit``, ``timeout``, ``exception``, ``lost`` …)."""

    kind: str
    message: str
    traceback: str = ""


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag=True,
    tag_field="type",
    cache_hash=False,
    forbid_unknown_fields=True,
):
    """What every entry has: the schema version, when it was accepted (ms since the epoch, server clock), and why.

    ``cause`` is ``inbox:<entry id>`` for an accepted fact and ``log:<seq>`` for a decision, the event that made it due.
    """

    v: int = field(default_factory=_schema_version)
    at: int = 0
    cause: str = ""


class DagRegistered(Event, frozen=True, kw_only=True):
    """A definition became the current version of its DAG."""

    dag_id: str
    version: str
    definition: DagSpec


class RunEvent(Event, frozen=True, kw_only=True):
    """An event about one run."""

    run_id: str


class RunRequested(RunEvent, frozen=True, kw_only=True):
    """A run of one version is wanted. ``traceparent`` is the span it was asked for in, as W3C writes it, if any."""

    dag_id: str
    version: str
    traceparent: str = ""


class RunCancelled(RunEvent, frozen=True, kw_only=True):
    """Somebody asked for the run to end: nothing more is started and what runs is killed."""


class RunStarted(RunEvent, frozen=True, kw_only=True):
    """The run may make its tasks ready."""


class RunFinished(RunEvent, frozen=True, kw_only=True):
    """Every task has ended, and so has the run."""

    status: RunStatus


class RunLate(RunEvent, frozen=True, kw_only=True):
    """The run has not ended although it was to by ``due`` (ms); it goes on as before."""

    due: int


class TaskEvent(RunEvent, frozen=True, kw_only=True):
    """An event about one task of a run. ``attempt`` counts from 1; 0 where none was under way."""

    task_id: str
    attempt: int = 0


class TaskReady(TaskEvent, frozen=True, kw_only=True):
    """An attempt was put on ``queue``.

    ``reason`` is ``start`` (nothing to wait for), ``dependencies``, ``retry``, ``lost`` or ``returned``; ``waited_for``
    is the dependency that ended last.
    """

    queue: str
    reason: str
    waited_for: str = ""


class TaskStarted(TaskEvent, frozen=True, kw_only=True):
    """A worker claimed the attempt."""

    worker: str


class TaskSucceeded(TaskEvent, frozen=True, kw_only=True):
    """The attempt did its work. ``output`` is a JSON value, ``duration_ms`` the worker's measure."""

    worker: str
    duration_ms: int = 0
    exit_code: int | None = None
    output: Any = None


class TaskFailed(TaskEvent, frozen=True, kw_only=True):
    """The attempt failed. ``retry_at`` (ms) is set on acceptance when another attempt will follow."""

    worker: str
    error: TaskError
    duration_ms: int = 0
    exit_code: int | None = None
    retry_at: int = 0


class TaskLost(TaskEvent, frozen=True, kw_only=True):
    """The worker fell silent for longer than its lease: no failure of the task. ``retry_at`` as in TaskFailed."""

    worker: str
    retry_at: int = 0


class TaskReturned(TaskEvent, frozen=True, kw_only=True):
    """A worker that shuts down gave the attempt back; neither a failure nor a loss."""

    worker: str
    retry_at: int = 0


class TaskCancelled(TaskEvent, frozen=True, kw_only=True):
    """The task will not run, or its attempt was killed, because the run was cancelled."""

    worker: str = ""
    duration_ms: int = 0


class TaskUpstreamFailed(TaskEvent, frozen=True, kw_only=True):
    """The task will not run because ``upstream``, which it depends on, did not succeed."""

    upstream: str


class FactRejected(RunEvent, frozen=True, kw_only=True):
    """A fact was refused: recorded so that the history explains it, without any effect on state."""

    fact: str
    reason: str
    task_id: str = ""
    attempt: int = 0


class LogForked(Event, frozen=True, kw_only=True):
    """The server came back with an older past, as after a failover to a replica that lagged: this log is a new branch.

    ``incarnation`` counts the branches. ``lost_seq`` and ``lost_hash`` name the last event that was seen and is gone;
    readers who saw more than ``kept_seq`` have seen what is no longer so.
    """

    incarnation: int
    kept_seq: int
    lost_seq: int
    lost_hash: str


AnyRunEvent = (
    RunRequested
    | RunCancelled
    | RunStarted
    | RunLate
    | RunFinished
    | TaskReady
    | TaskStarted
    | TaskSucceeded
    | TaskFailed
    | TaskLost
    | TaskReturned
    | TaskCancelled
    | TaskUpstreamFailed
    | FactRejected
)
AnyEvent = DagRegistered | LogForked | AnyRunEvent
Report = TaskStarted | TaskSucceeded | TaskFailed | TaskLost | TaskReturned | TaskCancelled
"""What is said of an attempt by those who execute it, or watch it being executed."""

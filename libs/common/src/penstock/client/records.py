"""What the API answers, as plain records. Fields that a newer API adds are ignored; times are aware and in UTC."""

from datetime import datetime
from typing import Any

import msgspec

from penstock.core.dag import TaskSpec
from penstock.core.status import RUN_ENDED, RunStatus, TaskStatus


class RegisteredDag(msgspec.Struct, frozen=True):
    """A definition that was accepted; ``created`` is false where this very content was known before."""

    dag_id: str
    version: str
    created: bool


class Dag(msgspec.Struct, frozen=True):
    """A DAG in its current version."""

    dag_id: str
    name: str
    version: str
    task_count: int
    description: str = ""
    registered_at: datetime | None = None
    tags: tuple[str, ...] = ()


class _TaskDefinition(TaskSpec, frozen=True, forbid_unknown_fields=False):
    """A task as defined, by this or a newer Penstock."""


class DagDefinition(Dag, frozen=True, kw_only=True):
    """A DAG with its tasks by id, in the order written."""

    tasks: dict[str, _TaskDefinition]


class AcceptedRun(msgspec.Struct, frozen=True):
    """A run that was asked for."""

    run_id: str
    dag_id: str
    status: RunStatus


class Run(msgspec.Struct, frozen=True):
    """A run as listed; a time is None until it is so."""

    run_id: str
    dag_id: str
    dag_version: str
    status: RunStatus
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    late_at: datetime | None = None
    task_counts: dict[TaskStatus, int] = {}

    @property
    def ended(self) -> bool:
        """Whether the run has reached a terminal status."""
        return self.status in RUN_ENDED


class RunPage(msgspec.Struct, frozen=True):
    """Runs, newest first; ``next_cursor`` asks for the next page and is None on the last."""

    runs: list[Run]
    next_cursor: str | None = None


class TaskFailure(msgspec.Struct, frozen=True):
    """Why an attempt failed; ``kind`` is for programs (``exit``, ``timeout``, ``exception``, ``lost`` …)."""

    kind: str
    message: str
    traceback: str = ""


class Task(msgspec.Struct, frozen=True):
    """One task of a run in its latest attempt, 0 where there is none yet. ``output`` is what a callable returned."""

    task_id: str
    status: TaskStatus
    attempt: int = 0
    name: str = ""
    worker: str | None = None
    ready_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    retry_at: datetime | None = None
    exit_code: int | None = None
    error: TaskFailure | None = None
    output: Any = None
    upstream: str | None = None


class RunDetail(Run, frozen=True, kw_only=True):
    """A run with its tasks, in the order of the definition."""

    tasks: list[Task]


class Event(msgspec.Struct, frozen=True):
    """One event of a log. ``at`` is None for an event that the API could not read.

    ``cause`` is ``inbox:<entry>`` for a fact that was reported and ``log:<seq>`` for a decision. ``data`` is the whole
    event as sent, with the fields of its type. ``id`` is the place in the live feed, empty in a history.
    """

    seq: int
    type: str
    at: datetime | None
    cause: str
    data: dict[str, Any]
    id: str = ""


class _Common(msgspec.Struct, frozen=True):
    seq: int
    type: str
    at: datetime | None = None
    cause: str = ""


def event_of(data: dict[str, Any], event_id: str = "") -> Event:
    """Return an event from its JSON object."""
    common = msgspec.convert(data, _Common)
    return Event(common.seq, common.type, common.at, common.cause, data, event_id)

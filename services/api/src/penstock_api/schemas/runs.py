"""Answers about runs, their tasks and their history."""

from typing import Any

import msgspec

from penstock.core.status import RunStatus, TaskStatus
from penstock_api.schemas.common import DagId, RunId, Time, Version


class RunAccepted(msgspec.Struct, frozen=True):
    """A run that was asked for."""

    run_id: RunId
    dag_id: DagId
    status: RunStatus


class RunCancelling(msgspec.Struct, frozen=True):
    """A run that was asked to end."""

    run_id: RunId
    status: RunStatus


class RunEntry(msgspec.Struct, frozen=True):
    """A run as listed. ``task_counts`` says how many tasks stand in each status; times are null until they are so.

    ``seq`` is the last event of the partition's log that changed the run, 0 while it is only requested.
    """

    run_id: RunId
    dag_id: DagId
    dag_version: Version
    status: RunStatus
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    task_counts: dict[TaskStatus, int]
    seq: int


class RunList(msgspec.Struct, frozen=True):
    """One page of runs, newest first; ``next_cursor`` asks for the next page and is null on the last."""

    runs: list[RunEntry]
    next_cursor: str | None


class TaskFailure(msgspec.Struct, frozen=True):
    """Why the attempt failed. ``kind`` is for programs: ``exit``, ``timeout``, ``exception``, ``lost`` and more."""

    kind: str
    message: str
    traceback: str


class TaskView(msgspec.Struct, frozen=True):
    """One task of a run in its latest attempt; ``attempt`` is 0 and the times are null until there is one.

    ``retry_at`` is when a retrying task is tried again, ``upstream`` the dependency because of which a task will not
    run, ``output`` what a callable returned.
    """

    task_id: str
    name: str
    status: TaskStatus
    attempt: int
    worker: str | None
    queue: str | None
    ready_at: Time | None
    started_at: Time | None
    finished_at: Time | None
    retry_at: Time | None
    exit_code: int | None
    error: TaskFailure | None
    output: Any
    upstream: str | None


class RunDetail(RunEntry, frozen=True, kw_only=True):
    """A run with its tasks, in the order of the definition."""

    tasks: list[TaskView]


class EventList(msgspec.Struct, frozen=True):
    """A part of a run's history in log order.

    Every event has ``seq``, ``type``, ``at`` and ``cause`` (``inbox:<entry>`` for a fact that was reported,
    ``log:<seq>`` for a decision) beside the fields of its type. ``next_cursor`` is the ``after`` of the next page, null
    where the history ends for now.
    """

    run_id: RunId
    events: list[dict[str, Any]]
    next_cursor: int | None

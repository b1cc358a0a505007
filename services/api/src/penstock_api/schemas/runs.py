"""Answers about runs, their tasks and their history."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from penstock.core.status import RunStatus, TaskStatus
from penstock_api.schemas.common import DagId, Position, RunId, Time, Version


class RunAccepted(msgspec.Struct, frozen=True):
    """A run that was asked for."""

    run_id: RunId
    dag_id: DagId
    status: RunStatus


class RunCancelling(msgspec.Struct, frozen=True):
    """A run that was asked to end."""

    run_id: RunId
    status: RunStatus


class CancelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Runs that are to end."""

    run_ids: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=500)]


class RefusedCancellation(msgspec.Struct, frozen=True):
    """Why a run was not asked to end, with the ``code`` that asking for it alone would be answered with."""

    run_id: RunId
    code: Annotated[str, Meta(examples=["conflict"])]
    message: str


class CancelResult(msgspec.Struct, frozen=True):
    """Which of the runs were asked to end, and which could not be."""

    cancelled: list[RunId]
    refused: list[RefusedCancellation]


class RunEntry(msgspec.Struct, frozen=True):
    """A run as listed. ``task_counts`` says how many tasks stand in each status; times are null until they are so.

    ``late_at`` is when it was found to take longer than its definition allows for. ``seq`` is the last event of the
    partition's log that changed the run, 0 while it is only requested.
    """

    run_id: RunId
    dag_id: DagId
    dag_version: Version
    status: RunStatus
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    late_at: Time | None
    task_counts: dict[TaskStatus, int]
    seq: int


class RunList(msgspec.Struct, frozen=True):
    """One page of runs, newest first; ``next_cursor`` asks for the next page and is null on the last.

    ``position`` is the id of an event of the live feed, with the same ``dag_id``: every event up to it is in this
    answer.
    """

    runs: list[RunEntry]
    next_cursor: str | None
    position: Position


class TaskFailure(msgspec.Struct, frozen=True):
    """Why the attempt failed. ``kind`` is for programs: ``exit``, ``timeout``, ``exception``, ``lost`` and more."""

    kind: str
    message: str
    traceback: str


class TaskView(msgspec.Struct, frozen=True):
    """One task of a run in its latest attempt; ``attempt`` is 0 and the times are null until there is one.

    ``retry_at`` is when a retrying task is tried again and ``reason`` why: ``retry``, ``lost`` or ``returned``.
    ``upstream`` is the dependency because of which a task will not run, ``output`` what a callable returned.
    ``failures`` count against the retries, ``losses`` of workers do not. ``seq`` is the last event about the task, 0
    where there was none yet.
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
    dependencies: tuple[str, ...]
    failures: int
    losses: int
    reason: str | None
    seq: int


class RunDetail(RunEntry, frozen=True, kw_only=True):
    """A run with its tasks, in the order of the definition, and the name of that definition."""

    dag_name: str
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

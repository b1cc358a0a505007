"""Answers about one task of a run: its attempts, and the lines that they printed."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from penstock.core.status import RunStatus
from penstock_api.schemas.common import DagId, RunId, Time, Version
from penstock_api.schemas.dags import TaskDefinition
from penstock_api.schemas.runs import TaskFailure, TaskView

AttemptStatus = Literal["ready", "running", "succeeded", "failed", "lost", "returned", "cancelled"]


class Attempt(msgspec.Struct, frozen=True):
    """One try of a task, from the run's history.

    ``reason`` is why it was made ready: ``start`` (nothing to wait for), ``dependencies``, ``retry``, ``lost`` or
    ``returned``; ``waited_for`` the dependency that ended last. A ``status`` of ``lost`` means that the worker fell
    silent, ``returned`` that it gave the attempt back. ``retry_at`` is when the next attempt follows, null where none
    does. ``duration_ms`` is by the worker's clock, or by the server's where the worker has not reported it. ``lines``
    is how many lines of its output are kept.
    """

    attempt: int
    status: AttemptStatus
    reason: str
    waited_for: str | None
    queue: str
    worker: str | None
    ready_at: Time
    started_at: Time | None
    ended_at: Time | None
    retry_at: Time | None
    duration_ms: int | None
    exit_code: int | None
    error: TaskFailure | None
    output: Any
    lines: int


class TaskDetail(TaskView, frozen=True, kw_only=True):
    """One task of a run: where it stands, its definition, and every attempt, the newest last.

    ``dependents`` are the tasks that wait for this one. ``run_seq`` is the last event of the run that the answer takes
    in: a live stream of the run goes on from there without a gap.
    """

    run_id: RunId
    dag_id: DagId
    dag_version: Version
    run_status: RunStatus
    run_created_at: Time
    run_started_at: Time | None
    run_seq: int
    dependents: list[str]
    definition: TaskDefinition
    attempts: list[Attempt]


class LogLine(msgspec.Struct, frozen=True):
    """One line of output: its number ``n``, counted from 1, when it came and where from.

    What Penstock itself has to say (that output was left out) is in the stream ``system``.
    """

    n: int
    at: Time
    stream: Annotated[str, Meta(extra_json_schema={"enum": ["stdout", "stderr", "system"]})]
    text: str


class LogLines(msgspec.Struct, frozen=True):
    """A part of what an attempt printed.

    ``total`` is the number of its last line, ``kept`` how many lines there are: fewer where some were left out.
    ``ended`` says that nothing more will come. ``next`` is the ``from`` to go on with; null where there is no more for
    now, which while ``ended`` is false means to go on with ``total`` + 1.
    """

    attempt: int
    lines: list[LogLine]
    total: int
    kept: int
    ended: bool
    next: int | None

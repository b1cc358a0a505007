"""What the API answers, field by field. The OpenAPI page is made from these types, so the two cannot differ."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from penstock.core.dag import TaskSpec
from penstock.core.status import RunStatus, TaskStatus
from penstock.errors import Detail
from penstock.store.records import ServerSettings

Time = Annotated[
    str,
    Meta(
        description="RFC 3339, UTC, milliseconds.",
        examples=["2026-11-23T09:47:05.871Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
DagId = Annotated[str, Meta(examples=["sample"])]
Version = Annotated[
    str, Meta(description="A hash of the definition's content.", examples=["3f0c0f1d7a3e4b5c8d9e0a1b2c3d4e5f"])
]
RunId = Annotated[str, Meta(examples=["01jqz6x3v0c8f4m2t9s7k5hn1b-3"])]


class ErrorBody(msgspec.Struct, frozen=True):
    """What is wrong: ``code`` is for programs, ``message`` for people, ``details`` names the fields to change."""

    code: Annotated[str, Meta(examples=["not_found"])]
    message: str
    details: list[Detail] = []


class ErrorAnswer(msgspec.Struct, frozen=True):
    """Every answer with a status of 400 or above."""

    error: ErrorBody


class Registered(msgspec.Struct, frozen=True):
    """A definition that was accepted. ``created`` is false where this very content was known before."""

    dag_id: DagId
    version: Version
    created: bool


class Uploaded(Registered, frozen=True, kw_only=True):
    """A definition that was accepted from a file; ``filename`` is the last part of the name that was sent."""

    filename: Annotated[str, Meta(examples=["sample.yaml"])]
    status: Annotated[str, Meta(examples=["uploaded"])] = "uploaded"


class DagEntry(msgspec.Struct, frozen=True):
    """One version of a DAG as listed. ``registered_at`` is null until the registration is in the log."""

    dag_id: DagId
    name: str
    version: Version
    task_count: int
    description: str
    registered_at: Time | None


class DagList(msgspec.Struct, frozen=True):
    """Every DAG in its current version, by id."""

    dags: list[DagEntry]
    count: int


class VersionEntry(DagEntry, frozen=True, kw_only=True):
    """A version; the ``current`` one is what the next run will follow."""

    current: bool


class VersionList(msgspec.Struct, frozen=True):
    """Every version of a DAG: the current one, then the newest first."""

    dag_id: DagId
    versions: list[VersionEntry]
    count: int


class TaskDefinition(TaskSpec, frozen=True, omit_defaults=False):
    """One task as defined, defaults spelt out."""


class DagDetail(VersionEntry, frozen=True, kw_only=True):
    """A definition: ``id``, ``name``, ``description`` and ``tasks`` as written, and what is known of the version."""

    id: DagId
    tasks: dict[str, TaskDefinition]


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
    """A run as listed. ``task_counts`` says how many tasks stand in each status; times are null until they are so."""

    run_id: RunId
    dag_id: DagId
    dag_version: Version
    status: RunStatus
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    task_counts: dict[TaskStatus, int]


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


class PartitionMetrics(msgspec.Struct, frozen=True):
    """How one partition fares. Ages are seconds; 0 where there is nothing to be old.

    ``seq`` is the last event that its head knows to be applied, ``appended`` the last that stands in its log: another
    one only where one of the two was damaged.
    """

    partition: int
    owner: str
    lease_seconds: float
    term: int
    incarnation: int
    seq: int
    appended: int
    inbox_lag: int
    inbox_age_seconds: float
    commit_age_seconds: float
    tasks_ready: int
    ready_age_seconds: float
    tasks_claimed: int
    claim_idle_seconds: float
    timers: int
    timer_overdue_seconds: float
    dead_letters: int


class Metrics(msgspec.Struct, frozen=True):
    """Counts over the whole deployment. ``inbox_lag`` is how many facts wait for a scheduler.

    ``server_faults`` say what is wrong with the server, as ``/readyz`` does.
    """

    dags_registered: int
    runs_total: int
    runs_by_status: dict[RunStatus, int]
    tasks_by_status: dict[TaskStatus, int]
    queue_depth: int
    tasks_claimed: int
    inbox_lag: int
    dead_letters: int
    events_total: int
    partitions: int
    schedulers: int
    server: ServerSettings
    server_faults: list[str]
    by_partition: list[PartitionMetrics]


class Health(msgspec.Struct, frozen=True):
    """How the process is."""

    status: str


ANSWERS = (
    ErrorAnswer,
    Registered,
    Uploaded,
    DagList,
    VersionList,
    DagDetail,
    RunAccepted,
    RunCancelling,
    RunList,
    RunDetail,
    TaskView,
    EventList,
    Metrics,
    Health,
)
"""Every type that is answered as such."""

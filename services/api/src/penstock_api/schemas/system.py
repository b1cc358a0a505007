"""Answers about the deployment itself."""

import msgspec

from penstock.core.status import RunStatus, TaskStatus
from penstock.store.records import ServerSettings
from penstock_api.schemas.common import RunId, Time
from penstock_api.schemas.dags import DagWithRuns
from penstock_api.schemas.runs import RunEntry


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

    Ages are seconds, those of the oldest attempt that is ready and of the oldest fact that waits; 0 without any.
    ``slots`` are those of the ``workers`` that take attempts, which ``workers_draining`` do not; attempts run in
    ``slots_used``.
    ``server_faults`` say what is wrong with the server, as ``/readyz`` does.
    """

    dags_registered: int
    runs_total: int
    runs_by_status: dict[RunStatus, int]
    tasks_by_status: dict[TaskStatus, int]
    queue_depth: int
    queue_age_seconds: float
    tasks_claimed: int
    inbox_lag: int
    inbox_age_seconds: float
    dead_letters: int
    events_total: int
    partitions: int
    schedulers: int
    workers: int
    workers_draining: int
    slots: int
    slots_used: int
    server: ServerSettings
    server_faults: list[str]
    by_partition: list[PartitionMetrics]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in the few seconds before ``at``, and what stood there then.

    ``wait`` is how long attempts that started had been ready, ``run`` how long those that ended had run: the median and
    the 95th percentile of some of the latest, null where there was none.
    """

    at: Time
    tasks_per_second: float
    runs_per_second: float
    events_per_second: float
    queue_depth: int
    inbox_lag: int
    wait_p50_ms: float | None
    wait_p95_ms: float | None
    run_p50_ms: float | None
    run_p95_ms: float | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures that a dashboard shows at all times; ``sample`` is the latest, null before the first."""

    at: Time
    runs_by_status: dict[RunStatus, int]
    tasks_by_status: dict[TaskStatus, int]
    queue_depth: int
    tasks_claimed: int
    inbox_lag: int
    dead_letters: int
    events_total: int
    schedulers: int
    workers: int
    sample: Sample | None


class ExecutingAttempt(msgspec.Struct, frozen=True):
    """An attempt that a worker executes."""

    run_id: RunId
    task_id: str
    attempt: int
    since: Time


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker that is alive, as it told at ``seen_at``.

    ``executing`` are the attempts that it has executed for longest, at most 100. ``succeeded`` and ``failed`` count
    attempts since ``started_at``. One that is ``draining`` takes no more.
    """

    name: str
    host: str
    pid: int
    version: str
    queues: list[str]
    slots: int
    busy: int
    succeeded: int
    failed: int
    started_at: Time
    seen_at: Time
    draining: bool
    executing: list[ExecutingAttempt]


class Scheduler(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduler that is alive, and over its partitions: facts that wait for it, events, the shortest lease left."""

    name: str
    partitions: list[int]
    inbox_lag: int
    seq: int
    lease_seconds: float


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the first page shows. All of it holds what the log says up to ``position``, or more.

    ``series`` are the samples that this process has taken in the last hour, the oldest first. ``active`` and ``failed``
    are the newest runs that have not ended, and that have failed; ``dags`` those that were run last.
    """

    figures: Figures
    series: list[Sample]
    active: list[RunEntry]
    failed: list[RunEntry]
    dags: list[DagWithRuns]
    workers: list[Worker]
    schedulers: list[Scheduler]
    position: str


class SystemState(msgspec.Struct, frozen=True, kw_only=True):
    """The deployment: who works in it, how its partitions and its server fare.

    ``server_faults`` say what is wrong with the server, as ``/readyz`` does; ``version`` is that of this process.
    """

    workers: list[Worker]
    schedulers: list[Scheduler]
    partitions: list[PartitionMetrics]
    server: ServerSettings
    server_faults: list[str]
    figures: Figures
    version: str
    position: str


class DeadLetterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be read: entry ``id`` of an inbox, or of a queue.

    ``at`` is when it was set aside. ``data`` is its beginning, ``size`` the number of all its characters.
    """

    partition: int
    id: str
    at: Time
    reason: str
    data: str
    size: int


class DeadLetterList(msgspec.Struct, frozen=True):
    """One page of dead letters, newest first; ``next_cursor`` asks for the next page and is null on the last."""

    dead_letters: list[DeadLetterEntry]
    next_cursor: str | None

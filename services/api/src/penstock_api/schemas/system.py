"""Answers about the deployment itself."""

import msgspec

from penstock.core.status import RunStatus, TaskStatus
from penstock.store.records import ServerSettings


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

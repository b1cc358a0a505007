"""What passes between the store and those who use it: plain records, the same for every implementation."""

from enum import StrEnum

import msgspec

from penstock.core.dag import DagSpec
from penstock.core.projection import TaskCell
from penstock.core.run import RunSummary, TaskState
from penstock.core.status import RunStatus

CREDIBLE_LEASES = 10
"""A lease with more than so many of the asker's own left to go was given before the server's clock was set back."""


class Head(msgspec.Struct, frozen=True):
    """The head of a partition: what every write of a scheduler is checked against.

    ``seq`` and ``hash`` are those of the last event, ``term`` counts changes of owner, ``cursor`` is the last inbox
    entry consumed, ``incarnation`` counts declared forks of the log.
    """

    seq: int
    hash: str
    term: int
    owner: str
    cursor: str
    incarnation: int


class Entry(msgspec.Struct, frozen=True):
    """One entry of an inbox: its id, the fact as written, and when the server took it (ms)."""

    id: str
    data: bytes
    at: int


class LogEntry(msgspec.Struct, frozen=True):
    """One event of a log as stored. ``hash`` is that of the chain where the entry ends a commit, else empty."""

    partition: int
    seq: int
    data: bytes
    hash: str = ""


class QueueEntry(msgspec.Struct, frozen=True):
    """A ready attempt. ``id`` is the seq of the event that made it ready; ``task`` the task's number.

    Of a run that was requested within a trace it says so (``traceparent``), and since when it is ready (ms).
    """

    partition: int
    queue: str
    id: int
    run_id: str
    task_id: str
    task: int
    attempt: int
    dag_id: str
    version: str
    traceparent: str = ""
    ready_at: int = 0


class RunWrite(msgspec.Struct, frozen=True):
    """What a commit changes of one run.

    ``fields`` are the projection's fields to set, ``events`` the seqs to add to the run's index, ``wake`` its timer
    (ms; None for none). ``before`` is the status under which the run is indexed so far, ``new`` that the log did not
    know it.
    """

    run_id: str
    dag_id: str
    new: bool
    before: RunStatus
    after: RunStatus
    fields: dict[str, bytes]
    events: list[int]
    wake: int | None


class DagWrite(msgspec.Struct, frozen=True):
    """A registered version: ``summary`` and ``definition`` are JSON."""

    dag_id: str
    version: str
    summary: bytes
    definition: bytes


class Withdrawal(msgspec.Struct, frozen=True):
    """An attempt that ends without its worker: its queue entry goes, and whoever has claimed it is told to stop."""

    queue: str
    id: int
    run_id: str
    task_id: str
    attempt: int


class Stop(msgspec.Struct, frozen=True):
    """A running attempt that its worker is told to stop."""

    worker: str
    run_id: str
    task_id: str
    attempt: int


DEAD_LETTERS_KEPT = 10_000
"""Of a partition: the latest. They are kept for ever otherwise, for somebody to look at."""


class DeadLetter(msgspec.Struct, frozen=True):
    """An entry of an inbox that could not be read, or of a queue that the log did not put there, and why."""

    id: str
    data: bytes
    reason: str


class KeptLetter(msgspec.Struct, frozen=True):
    """A dead letter as kept; ``place`` says when it was put there and orders those of a partition."""

    place: str
    letter: DeadLetter


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one step of a scheduler changes: applied whole, or not at all.

    ``term``, ``seq`` and ``hash`` are the head it builds upon, ``new_hash`` the chain's hash after ``events``, in
    ``incarnation``. ``after`` is the
    inbox cursor it builds upon, ``cursor`` the last inbox entry consumed and ``consumed`` how many were. ``counts`` are
    differences of tasks per status, ``idle`` runs that lose their timer.
    """

    partition: int
    term: int
    seq: int
    hash: str
    new_hash: str
    incarnation: int
    after: str
    cursor: str
    consumed: int
    lease_ms: int
    events: list[bytes] = []
    ready: list[QueueEntry] = []
    runs: list[RunWrite] = []
    dags: list[DagWrite] = []
    counts: dict[str, int] = {}
    withdrawn: list[Withdrawal] = []
    stops: list[Stop] = []
    dead: list[DeadLetter] = []
    idle: list[str] = []


class Committed(msgspec.Struct, frozen=True):
    """The commit is applied. ``now`` is the server's clock (ms), ``wake`` the earliest timer of the partition."""

    now: int
    wake: int | None


class Refused(msgspec.Struct, frozen=True):
    """The commit changed nothing: another term rules (``lost``), or the log is not what the scheduler believes."""

    head: Head
    lost: bool


class Answer(StrEnum):
    """What the store says of a report."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Beat(StrEnum):
    """What a heartbeat learns of one claim: it holds, it is no longer mine, or the run wants it stopped."""

    OK = "ok"
    GONE = "gone"
    CANCEL = "cancel"


class Bell(msgspec.Struct, frozen=True):
    """Something a worker is told: there is work in a partition, or (with a run) an attempt must stop."""

    partition: int
    run_id: str = ""
    task_id: str = ""
    attempt: int = 0


class Executing(msgspec.Struct, frozen=True):
    """An attempt that a worker executes, and since how many ms."""

    run_id: str
    task_id: str
    attempt: int
    for_ms: int


EXECUTING_TOLD = 100
"""Attempts that a worker tells of, the longest running: with thousands of slots it would be all it ever does."""


class WorkerPresence(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker tells of itself.

    Times are durations until ``seen_at`` (ms, by the server's clock, set by the store): a worker's own clock may be
    off. ``busy`` slots of ``slots`` are taken; ``succeeded`` and ``failed`` count attempts since the worker began, any
    that did not succeed and was not cancelled or given back having failed.
    """

    name: str
    host: str
    pid: int
    version: str
    queues: list[str]
    slots: int
    busy: int = 0
    succeeded: int = 0
    failed: int = 0
    up_ms: int = 0
    draining: bool = False
    executing: list[Executing] = []
    seen_at: int = 0


class RunView(msgspec.Struct, frozen=True):
    """A run as projected: its summary and the states of its tasks by number, as far as they ever moved."""

    summary: RunSummary
    tasks: dict[int, TaskState]


class RunCells(msgspec.Struct, frozen=True):
    """A run as a table of many shows it: its summary, and by number those of its tasks that ever moved."""

    summary: RunSummary
    cells: dict[int, TaskCell]


class DagSummary(msgspec.Struct, frozen=True):
    """A DAG as listed. ``registered_at`` (ms) and ``seq`` are 0 until the registration is in the log."""

    dag_id: str
    name: str
    version: str
    task_count: int
    description: str = ""
    registered_at: int = 0
    seq: int = 0
    tags: tuple[str, ...] = ()


class RunPage(msgspec.Struct, frozen=True):
    """One page of runs, newest first; ``cursor`` asks for the next, empty at the end."""

    runs: list[RunSummary]
    cursor: str


class OutputLine(msgspec.Struct, frozen=True):
    """One line of an attempt's output: its number, counted from 1, when it came, and where from.

    ``stream`` is ``stdout``, ``stderr``, or ``system`` for what Penstock itself has to say there.
    """

    number: int
    at: int
    stream: str
    text: str


class OutputSize(msgspec.Struct, frozen=True):
    """How much an attempt has printed: the number of its last line, and how many lines are kept; 0 for none."""

    last: int = 0
    kept: int = 0


class PartitionHealth(msgspec.Struct, frozen=True):
    """How a partition fares, all of it read at one moment. Ages and times are ms; 0 where there is nothing to be old.

    ``appended`` is the seq of the last event that stands in the log: it is the head's, unless one of the two was
    damaged. ``lease_ms`` is what is left of the owner's lease. ``inbox`` facts wait, the oldest for ``inbox_age_ms``.
    ``commit_age_ms`` is the age of the last event, ``overdue_ms`` how late the earliest timer is. ``ready`` attempts
    wait for a worker, the oldest for ``ready_age_ms``; ``claim_idle_ms`` is how long the stillest claim went without a
    heartbeat.
    """

    partition: int
    head: Head
    appended: int
    lease_ms: int
    inbox: int
    inbox_age_ms: int
    commit_age_ms: int
    timers: int
    overdue_ms: int
    ready: int
    ready_age_ms: int
    claims: int
    claim_idle_ms: int
    dead_letters: int


class ServerSettings(msgspec.Struct, frozen=True):
    """What of a server decides whether it may keep a log, in its own words; ``unknown`` what it does not tell.

    ``software`` is its name and version. Memory is in bytes: ``maxmemory`` is 0 for no limit, ``system_memory`` that of
    its machine, 0 where it is not told. ``aof_last_write_status`` is ``ok`` unless its file could not be written.
    """

    software: str
    role: str
    maxmemory: int
    maxmemory_policy: str
    appendonly: str
    appendfsync: str
    used_memory: int = 0
    system_memory: int = 0
    aof_last_write_status: str = "unknown"


class Figures(msgspec.Struct, frozen=True):
    """Counts over all partitions, for the metrics."""

    dags: int
    runs: dict[str, int]
    tasks: dict[str, int]
    queue_depth: int
    pending: int
    inbox_lag: int
    dead_letters: int
    events: int


def summarise_dag(dag: DagSpec, version: str, registered_at: int = 0, seq: int = 0) -> DagSummary:
    """Return how a version is listed."""
    return DagSummary(dag.id, dag.name, version, len(dag.tasks), dag.description, registered_at, seq, dag.tags)

"""What passes between the store and those who use it: plain records, the same for every implementation."""

from enum import StrEnum

import msgspec

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


class Notified(msgspec.Struct, frozen=True):
    """How far a target has been notified: the seq up to which, and the incarnation of the log at that place."""

    seq: int
    incarnation: int


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

"""What the store shows to those who read: plain records, the same for every implementation."""

import msgspec

from penstock.core.dag import DagSpec
from penstock.core.projection import TaskCell
from penstock.core.run import RunSummary, TaskState
from penstock.store.records import DeadLetter, Head


class KeptLetter(msgspec.Struct, frozen=True):
    """A dead letter as kept; ``place`` says when it was put there and orders those of a partition."""

    place: str
    letter: DeadLetter


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
    its machine, 0 where it is not told. ``aof_last_write_status`` is ``ok`` unless its file could not be written. Where
    there are several servers, ``servers`` has the address of each primary, memory is their sum, all else the worst.
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
    servers: list[str] = []


class ServerTrouble(msgspec.Struct, frozen=True):
    """Why one of several servers cannot be used at present, in words for the operator.

    ``readable`` is false where not even what it holds can be read: it is not heard, loads its file, or was emptied. Its
    ``partitions`` wait until it can be used.
    """

    server: str
    message: str
    readable: bool
    partitions: list[int]


class Condition(msgspec.Struct, frozen=True):
    """What is wrong with the servers of a deployment; nothing when both are empty.

    ``faults`` are why it cannot be used at all, or must not be. ``degraded`` are servers that cannot be used at present
    while others can: there are none where there is one server only.
    """

    faults: list[str] = []
    degraded: list[ServerTrouble] = []

    def sentences(self) -> list[str]:
        """Return all of it, each with the name of the server it is said of."""
        return [*self.faults, *(f"{one.server}: {one.message}" for one in self.degraded)]


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

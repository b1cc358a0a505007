"""The Store: what the services ask of it, by role.

Every method may raise :class:`~penstock.errors.StoreUnavailableError`; for a method that writes, whether the write was
applied is then unknown. A store that was emptied behind our back says so by that error: that there is no such run, DAG,
event or fact is answered only by a store that holds its partitions. Times are ms since the epoch by the server's clock,
durations ms.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from penstock.core.dag import DagSpec
from penstock.core.events import Report
from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.notifying import NotificationStore
from penstock.store.oversight import AuditStore, HealthStore
from penstock.store.run_lists import Statuses
from penstock.store.watching import WatchStore


class RequestStore(Protocol):
    """What the API asks for. An answer means: on the stream, visible to the next read."""

    async def register_dag(self, dag: DagSpec, version: str) -> bool:
        """Request that a version become its DAG's current one; return whether the version is new."""
        ...

    async def request_run(
        self, dag_id: str, run_id: str, key: str = "", body: str = "", traceparent: str = ""
    ) -> tuple[str, bool]:
        """Request a run of the DAG's current version.

        ``key`` is an idempotency key, empty for none, and ``body`` the digest of what was asked for under it;
        ``traceparent`` is the span it is asked for in, empty for none, and no part of what is asked for.

        Returns:
            The id of the run and whether this call requested it: with a key used before, that call's run.

        Raises:
            NotFoundError: no such DAG.
            ConflictError: the key was used with another body.
        """
        ...

    async def cancel_run(self, run_id: str) -> RunStatus:
        """Request the end of a run; return the status it had.

        Raises:
            NotFoundError: no such run.
            ConflictError: it has ended.
        """
        ...


class ReadStore(Protocol):
    """Projections and history, for whoever looks."""

    async def dags(self) -> list[v.DagSummary]:
        """Return every DAG, by id."""
        ...

    async def versions(self, dag_id: str) -> list[v.DagSummary]:
        """Return the versions of a DAG, newest first; empty when there is no such DAG."""
        ...

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        ...

    async def run(self, run_id: str, numbers: Sequence[int] | None = None) -> v.RunView | None:
        """Return a run with all its tasks, or with those of the given numbers only: far less where it has many."""
        ...

    async def runs(self, dag_id: str, status: Statuses, limit: int, cursor: str, least: str = "") -> v.RunPage:
        """Return runs, newest first: of one DAG (empty for all), in ``status`` (None for any).

        Only such whose ids, which begin with their time, are below ``cursor`` (empty for no bound) and not below
        ``least``; neither has to be a whole id.
        """
        ...

    async def last_runs(self, dag_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
        """Return for each of the DAGs its last runs, newest first, at most ``limit``; none for an unknown DAG."""
        ...

    async def run_cells(self, run_ids: Sequence[str]) -> list[v.RunCells]:
        """Return those of the runs that exist, in the order asked for, each as it stood at one moment."""
        ...

    async def run_events(self, run_id: str, after: int, limit: int) -> list[r.LogEntry]:
        """Return the run's events above seq ``after``, in log order."""
        ...

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        """Return the log of a partition above seq ``after``."""
        ...

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[r.LogEntry]:
        """Return what follows the given seq in each named partition, waiting at most ``timeout_ms`` for the first."""
        ...

    async def head(self, partition: int) -> r.Head:
        """Return the head of a partition."""
        ...

    async def figures(self) -> v.Figures:
        """Return the counts for the metrics."""
        ...

    async def output(self, run_id: str, task_id: str, attempt: int, after: int, limit: int) -> list[v.OutputLine]:
        """Return lines an attempt printed with numbers above ``after``, in order."""
        ...

    async def output_sizes(self, run_id: str, task_id: str, attempts: Sequence[int]) -> list[v.OutputSize]:
        """Return for each of the attempts how much it has printed so far."""
        ...


class SchedulerStore(Protocol):
    """What a scheduler does with its partitions."""

    async def present(self, owner: str, ttl_ms: int) -> list[str]:
        """Say that this scheduler is alive for ``ttl_ms``; return all that are, sorted.

        Who was to be alive for far longer than that was so by a clock that has been set back: it is not listed.
        """
        ...

    async def leave(self, owner: str) -> None:
        """Say that this scheduler is no longer there."""
        ...

    def server_of(self, partition: int) -> str:
        """Return a name for the server that held the partition in the last exchange: its clock counts there."""
        ...

    async def take_over(self, partition: int, owner: str, lease_ms: int) -> r.Head | None:
        """Become the owner under a new term; None while another's lease lasts.

        A lease that lasts far longer than this one was given by a clock that has been set back: it counts for nothing.
        """
        ...

    async def renew(self, partition: int, owner: str, term: int, lease_ms: int) -> r.Committed | None:
        """Extend the lease; None when another term rules."""
        ...

    async def release(self, partition: int, owner: str, term: int) -> None:
        """Give the partition up, so that another may take it at once."""
        ...

    async def head(self, partition: int) -> r.Head:
        """Return the head of a partition."""
        ...

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        """Return the log of a partition above seq ``after``."""
        ...

    async def inbox(self, partition: int, after: str, limit: int, timeout_ms: int) -> list[r.Entry]:
        """Return inbox entries after id ``after`` in order, waiting at most ``timeout_ms`` for the first."""
        ...

    async def commit(self, commit: r.Commit) -> r.Committed | r.Refused:
        """Apply a commit, whole or not at all, if the head is the one it builds upon.

        What somebody else put on a queue, in the way of what the commit makes ready, becomes dead letters first.
        """
        ...

    async def load_runs(self, partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Return the stored fields of those of the runs that exist, if only as requested."""
        ...

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        ...

    async def due(self, partition: int, now: int, limit: int) -> list[str]:
        """Return runs whose timer is due, the longest due first."""
        ...

    async def sweep(
        self, partition: int, term: int, lease_ms: int, shown: int, tolerance_ms: int, most_ms: int = 0
    ) -> int | None:
        """Declare lost every claim that was not renewed for ``lease_ms``; return how many.

        ``shown`` is what the caller believes the server's clock to show. If that is wrong by more than the tolerance,
        how long claims have been silent cannot be told: none is lost, every one has its lease anew, and None is
        returned. A silence of more than ``most_ms`` (0 for no bound) is not believed either: that claim has its lease
        anew.
        """
        ...

    async def queued(self, partition: int, places: Sequence[tuple[str, int]]) -> list[bool]:
        """Return for each place (queue and id) whether its attempt is there, waiting or claimed."""
        ...

    async def retire(self, partition: int, idle_ms: int) -> None:
        """Forget the names of workers that hold nothing and have asked for nothing for ``idle_ms``.

        One that comes back is known again as soon as it claims.
        """
        ...

    async def listed_runs(
        self, partition: int, dag_id: str, status: RunStatus | None, after: str, limit: int
    ) -> list[str]:
        """Return the ids above ``after``, in order, listed under a DAG (empty for all) and a status (None for all)."""
        ...


class WorkerStore(Protocol):
    """What a worker does with attempts. A claim never changes hands."""

    def server_of(self, partition: int) -> str:
        """Return a name for the server that held the partition in the last exchange; one name where there is one."""
        ...

    async def announce(self, worker: r.WorkerPresence, ttl_ms: int) -> None:
        """Say that this worker is alive for ``ttl_ms``, and how it fares."""
        ...

    async def depart(self, name: str) -> None:
        """Say that a worker is no longer there."""
        ...

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[r.QueueEntry]:
        """Claim at most ``limit`` ready attempts, ``suspects`` of them suspects; each is thereby reported as started.

        A worker that gets fewer than it asked for is rung when there is work in the partition.
        """
        ...

    async def claimed(self, partition: int, worker: str) -> list[r.QueueEntry]:
        """Return what this worker has claimed and not yet reported: ask after any error, before claiming more."""
        ...

    async def withdraw(self, partitions: Sequence[int], worker: str) -> None:
        """Stop being rung for work; a bell that has rung meanwhile is passed on to another idle worker."""
        ...

    async def wait(self, worker: str, timeout_ms: int) -> list[r.Bell]:
        """Return what the worker is told, waiting at most ``timeout_ms``."""
        ...

    async def heartbeat(self, worker: str, claims: Sequence[r.QueueEntry]) -> list[r.Beat]:
        """Keep the claims; return for each what has become of it."""
        ...

    async def report(self, reports: Sequence[tuple[r.QueueEntry, Report]]) -> list[r.Answer]:
        """End claimed attempts with what is reported of them; those of one worker and queue in the order given."""
        ...

    async def append_output(self, claim: r.QueueEntry, first: int, lines: Sequence[tuple[int, str, str]]) -> None:
        """Add lines (time, stream, text) to the output of an attempt, of which they are number ``first`` and so on.

        Lines are counted from 1 and added in order. One that is there already is left as it is.
        """
        ...

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        ...


class Store(
    RequestStore,
    ReadStore,
    SchedulerStore,
    WorkerStore,
    AuditStore,
    HealthStore,
    WatchStore,
    NotificationStore,
    Protocol,
):
    """All of it."""

    @property
    def partitions(self) -> int:
        """Return how many partitions the deployment has, fixed when it was created."""
        ...

    async def condition(self) -> v.Condition:
        """Return what is wrong with the servers, emptied ones included."""
        ...

    async def degraded(self) -> list[v.ServerTrouble]:
        """Return the servers that cannot be used at present while others can; a single one is not asked."""
        ...

    async def close(self) -> None:
        """Release the connections."""
        ...

"""The Store for those who watch over a deployment: its doctor, its metrics, its auditor. See ``store.base``."""

from collections.abc import Sequence
from typing import Protocol

from penstock.core.dag import DagSpec
from penstock.core.status import RunStatus
from penstock.store import records as r
from penstock.store import views as v


class HealthStore(Protocol):
    """How a deployment fares, for its doctor and its metrics."""

    async def server(self) -> v.ServerSettings:
        """Return how the server is configured."""
        ...

    async def schedulers(self) -> list[str]:
        """Return the schedulers that are alive."""
        ...

    async def health(self, partition: int) -> v.PartitionHealth:
        """Return how a partition fares."""
        ...


class AuditStore(Protocol):
    """What the auditor holds against the log: everything that is stored of one partition."""

    @property
    def partitions(self) -> int:
        """Return how many partitions the deployment has."""
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

    async def dags(self) -> list[v.DagSummary]:
        """Return every DAG, by id."""
        ...

    async def versions(self, dag_id: str) -> list[v.DagSummary]:
        """Return the versions of a DAG."""
        ...

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        ...

    async def load_runs(self, partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Return the stored fields of those of the runs that exist, if only as requested."""
        ...

    async def event_indexes(self, partition: int, run_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return for each of the runs the seqs that its index of events holds, in order; none for an unknown run."""
        ...

    async def listed_runs(
        self, partition: int, dag_id: str, status: RunStatus | None, after: str, limit: int
    ) -> list[str]:
        """Return the ids above ``after``, in order, listed under a DAG (empty for all) and a status (None for all)."""
        ...

    async def timers(self, partition: int) -> dict[str, int]:
        """Return by run when (ms) each timer of the partition is due."""
        ...

    async def task_counts(self, partition: int) -> dict[str, int]:
        """Return how many tasks of the partition's accepted runs are in each status, as counted commit by commit."""
        ...

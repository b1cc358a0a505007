"""The Store for those who watch a deployment: many small things at once, for a page or a feed. See ``store.base``."""

from collections.abc import Sequence
from typing import Protocol

from penstock.core.run import RunSummary, TaskState
from penstock.store import records as r
from penstock.store import views as v


class WatchStore(Protocol):
    """What a dashboard looks at beside single runs and DAGs."""

    async def summaries(self, run_ids: Sequence[str]) -> list[RunSummary]:
        """Return the summaries of those of the runs that exist, in the order asked for."""
        ...

    async def task_states(self, places: Sequence[tuple[str, int]]) -> list[TaskState | None]:
        """Return for each place, a run and the number of one of its tasks, the state; None where it never moved."""
        ...

    async def dead_letters(self, partition: int, before: str, limit: int) -> list[v.KeptLetter]:
        """Return dead letters of a partition, newest first, that stand before ``before`` (empty for the end)."""
        ...

    async def workers(self) -> list[r.WorkerPresence]:
        """Return the workers that are alive, by name."""
        ...

    async def worker_count(self) -> int:
        """Return how many workers are alive: far less work than to list them."""
        ...

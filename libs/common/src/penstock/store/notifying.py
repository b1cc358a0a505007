"""The Store for who tells the world outside of what the log says. See ``store.base``."""

from collections.abc import Sequence
from typing import Protocol

from penstock.core.dag import DagSpec
from penstock.store import records as r
from penstock.store import views as v


class NotificationStore(Protocol):
    """What an outbox reads of a partition, and how far each of its targets has come."""

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        """Return the log of a partition above seq ``after``."""
        ...

    async def run(self, run_id: str, numbers: Sequence[int] | None = None) -> v.RunView | None:
        """Return a run with all its tasks, or with those of the given numbers only."""
        ...

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        ...

    async def notified(self, partition: int) -> dict[str, r.Notified]:
        """Return by target how far into the partition's log it has been notified."""
        ...

    async def set_notified(self, partition: int, term: int, target: str, done: r.Notified) -> bool:
        """Take note that a target was notified up to here.

        Returns:
            False, and nothing is noted, when another term rules or the log does not reach that far.
        """
        ...

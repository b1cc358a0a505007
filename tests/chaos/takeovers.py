"""How long the partitions of a killed scheduler are without an owner that lives."""

import asyncio

from penstock.errors import StoreUnavailableError
from penstock.process import owner_prefix
from penstock.store.base import Store

POLL_SECONDS = 0.05

LONGEST_SECONDS = 120.0
"""After so long nobody waits any more: a partition without a living owner for so long was not taken over."""


class Takeovers:
    """``seconds`` has, for each kill that took an owner away, how long until the last of its partitions had a new one.

    Whatever else goes wrong meanwhile counts too: the server may be down, the successor frozen. ``never`` names the
    owners of partitions that nobody has taken over.
    """

    def __init__(self, store: Store) -> None:
        self.seconds: list[float] = []
        self.never: list[str] = []
        self._store = store

    async def watch(self, pid: int) -> None:
        """Follow what a scheduler that was just killed has left behind."""
        loop = asyncio.get_running_loop()
        killed_at = loop.time()
        owner = owner_prefix("scheduler", pid)
        owned = False
        while (left := await self._owned(owner)) != 0:
            owned = owned or left is not None
            if loop.time() >= killed_at + LONGEST_SECONDS:
                self.never.append(owner)
                return
            await asyncio.sleep(POLL_SECONDS)
        if owned:
            self.seconds.append(loop.time() - killed_at)

    async def _owned(self, owner: str) -> int | None:
        """Return how many partitions are still its own; None when the server cannot say."""
        try:
            heads = [await self._store.head(partition) for partition in range(self._store.partitions)]
        except StoreUnavailableError:
            return None
        return sum(head.owner.startswith(owner) for head in heads)

"""How long the partitions of a killed scheduler are without an owner that lives."""

import asyncio
import socket

from penstock.errors import StoreUnavailableError
from penstock.store.base import Store

POLL_SECONDS = 0.05

LONGEST_SECONDS = 120.0
"""After so long nobody waits any more."""


class Takeovers:
    """``seconds`` has, for each kill that took an owner away, how long until the last of its partitions had a new one.

    Whatever else goes wrong meanwhile counts too: the server may be down, the successor frozen.
    """

    def __init__(self, store: Store) -> None:
        self.seconds: list[float] = []
        self._store = store

    async def watch(self, pid: int) -> None:
        """Follow what a scheduler that was just killed has left behind."""
        loop = asyncio.get_running_loop()
        killed_at = loop.time()
        owner = f"scheduler-{socket.gethostname().split('.')[0]}-{pid}-"
        owned = False
        while (left := await self._owned(owner)) != 0 and loop.time() < killed_at + LONGEST_SECONDS:
            owned = owned or left is not None
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

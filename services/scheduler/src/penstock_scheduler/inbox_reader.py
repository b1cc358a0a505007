"""Reading the inbox of a partition: in order, waiting where there is nothing, and not committing for every whisper."""

import asyncio

from penstock.store.base import SchedulerStore
from penstock.store.records import Entry

BATCH = 256
"""Facts taken in one step."""

GATHER_MS = 20
"""How long facts that nobody waits for may wait for others."""


class InboxReader:
    """Reads one inbox until it is told to stop; from then on there is nothing to wait for."""

    def __init__(self, number: int, store: SchedulerStore) -> None:
        self._number = number
        self._store = store
        self._stopping = False
        self._waiting: asyncio.Future[list[Entry]] | None = None

    def stop(self) -> None:
        """Cut short what waits."""
        self._stopping = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def facts(self, cursor: str, patience_ms: int) -> list[Entry]:
        """Return the facts after ``cursor``, waiting at most so long for the first.

        That tasks have started makes nothing ready: such facts wait a moment, and come with the next one that might.
        For a task that is soon over, it costs one commit instead of two, and none while the task runs.
        """
        entries = await self._read(cursor, BATCH, patience_ms)
        alone = 0 < len(entries) < BATCH and all(map(_says_started, entries))
        if alone and patience_ms and not self._stopping:
            entries += await self._read(entries[-1].id, BATCH - len(entries), min(patience_ms, GATHER_MS))
        return entries

    async def _read(self, after: str, limit: int, patience_ms: int) -> list[Entry]:
        read = self._store.inbox(self._number, after, limit, patience_ms)
        if not patience_ms:
            return await read
        self._waiting = asyncio.ensure_future(read)
        try:
            return await self._waiting
        except asyncio.CancelledError:
            if self._stopping:
                return []
            raise


def _says_started(entry: Entry) -> bool:
    """Tell whether a fact is a TaskStarted. One that only looks like it is decided upon a moment later."""
    return b'"TaskStarted"' in entry.data

"""From the lines an attempt prints to the store: in order, in batches, never faster than the store takes them."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from penstock.backoff import Backoff
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import QueueEntry
from penstock_worker.output import Line

BATCH_LINES = 500

_log = structlog.get_logger()


class OutputFeed:
    """Sends one attempt's lines to the store while it runs. What it holds is bounded by the cap on the output."""

    def __init__(self, store: WorkerStore, claim: QueueEntry) -> None:
        self._store = store
        self._claim = claim
        self._lines: deque[Line] = deque()
        self._sent = 0
        self._sending: asyncio.Task[None] | None = None
        self._waits = False
        self._on_wait: Callable[[], None] | None = None

    def emit(self, lines: list[Line]) -> None:
        """Take lines to send."""
        self._lines.extend(lines)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def drained(self, held_up: Callable[[], None]) -> None:
        """Return when everything taken so far is in the store; ``held_up`` is called if it is not taken."""
        self._on_wait = held_up
        if self._sending is not None:
            if self._waits:
                held_up()
            await self._sending

    async def _send(self) -> None:
        """Send until nothing is left. After a lost reply a batch is sent again: the store knows lines by number."""
        backoff = Backoff()
        while self._lines:
            batch = [self._lines.popleft() for _ in range(min(BATCH_LINES, len(self._lines)))]
            while True:
                try:
                    lines = [(line.at, line.stream, line.text) for line in batch]
                    await self._store.append_output(self._claim, self._sent + 1, lines)
                    self._sent += len(batch)
                    self._waits = False
                    break
                except StoreUnavailableError as error:
                    _log.warning("output waits for the store", error=str(error))
                    self._waits = True
                    if self._on_wait is not None:
                        self._on_wait()
                    await backoff.wait()
        self._sending = None

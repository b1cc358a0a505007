"""Outcomes on their way to the store: those that end at about the same time travel together."""

import asyncio

import structlog

from penstock.backoff import Backoff
from penstock.core.events import Report
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import Answer, QueueEntry

BATCH = 128

_log = structlog.get_logger()
_Pending = tuple[QueueEntry, Report, "asyncio.Future[Answer]"]


class Reporter:
    """Reports outcomes until the store has answered for each: a lost reply is answered ``duplicate`` the next time."""

    def __init__(self, store: WorkerStore) -> None:
        self._store = store
        self._pending: list[_Pending] = []
        self._sending: asyncio.Task[None] | None = None

    async def report(self, claim: QueueEntry, fact: Report) -> Answer:
        """Return what the store says of the outcome."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending.append((claim, fact, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await answer

    async def _send(self) -> None:
        backoff = Backoff()
        while self._pending:
            batch = self._pending[:BATCH]
            try:
                answers = await self._store.report([(claim, fact) for claim, fact, _ in batch])
            except StoreUnavailableError as error:
                _log.warning("outcomes wait for the store", count=len(self._pending), error=str(error))
                await backoff.wait()
                continue
            del self._pending[: len(batch)]
            for (_, _, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
        self._sending = None

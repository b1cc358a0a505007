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
        """Return what the store says of the outcome.

        Raises:
            Exception: Whatever the store raises that waiting does not mend. What the outcome has become is not known.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending.append((claim, fact, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await answer

    async def _send(self) -> None:
        backoff = Backoff()
        try:
            while self._pending:
                batch = self._pending[:BATCH]
                try:
                    await self._send_batch(batch)
                except StoreUnavailableError as error:
                    _log.warning("outcomes wait for the store", count=len(self._pending), error=str(error))
                    await backoff.wait()
                    continue
                except Exception as error:  # noqa: BLE001  # who waits for an answer gets it instead, and must act on it
                    _log.exception("outcomes cannot be reported", count=len(batch))
                    _fail(batch, error)
                del self._pending[: len(batch)]
        finally:
            self._sending = None

    async def _send_batch(self, batch: list[_Pending]) -> None:
        answers = await self._store.report([(claim, fact) for claim, fact, _ in batch])
        for (_, _, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def _fail(batch: list[_Pending], error: Exception) -> None:
    for _, _, future in batch:
        if not future.done():
            future.set_exception(error)

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
    """Reports outcomes until the store has answered for each: a lost reply is answered ``duplicate`` the next time.

    Each server has a lane of its own: outcomes for one that is silent hold up none for the others.
    """

    def __init__(self, store: WorkerStore) -> None:
        self._store = store
        self._pending: dict[str, list[_Pending]] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}

    async def report(self, claim: QueueEntry, fact: Report) -> Answer:
        """Return what the store says of the outcome.

        Raises:
            Exception: Whatever the store raises that waiting does not mend. What the outcome has become is not known.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._add((claim, fact, answer))
        return await answer

    def _add(self, outcome: _Pending) -> None:
        server = self._server_of(outcome)
        self._pending.setdefault(server, []).append(outcome)
        if server not in self._sending:
            self._sending[server] = asyncio.create_task(self._send(server))

    def _server_of(self, outcome: _Pending) -> str:
        return self._store.server_of(outcome[0].partition)

    async def _send(self, server: str) -> None:
        pending, backoff = self._pending[server], Backoff()
        try:
            while pending:
                batch = pending[:BATCH]
                try:
                    await self._send_batch(batch)
                except StoreUnavailableError as error:
                    _log.warning("outcomes wait for the store", count=len(pending), server=server, error=str(error))
                    await backoff.wait()
                    self._sort_anew(server)
                    continue
                except Exception as error:  # noqa: BLE001  # who waits for an answer gets it instead, and must act on it
                    _log.exception("outcomes cannot be reported", count=len(batch))
                    _fail(batch, error)
                del pending[: len(batch)]
        finally:
            del self._sending[server]
            if not pending:
                del self._pending[server]

    def _sort_anew(self, server: str) -> None:
        """Pass on what another server holds by now."""
        pending = self._pending[server]
        moved = [outcome for outcome in pending if self._server_of(outcome) != server]
        if moved:
            pending[:] = [outcome for outcome in pending if self._server_of(outcome) == server]
            for outcome in moved:
                self._add(outcome)

    async def _send_batch(self, batch: list[_Pending]) -> None:
        answers = await self._store.report([(claim, fact) for claim, fact, _ in batch])
        for (_, _, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def _fail(batch: list[_Pending], error: Exception) -> None:
    for _, _, future in batch:
        if not future.done():
            future.set_exception(error)

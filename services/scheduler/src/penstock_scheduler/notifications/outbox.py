"""The outbox of a partition: what its log says, told to every target; derived from the log, so that nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from penstock.core.dag import DagSpec, decode_dag
from penstock.store.notifying import NotificationStore
from penstock.store.records import Commit, Head
from penstock_scheduler.notifications.book import Book
from penstock_scheduler.notifications.composing import Composer
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.delivery import Delivery, Scope

GRACE_SECONDS = 1.0
"""How long the end of a tenure waits for requests that are under way. What is cut short is sent again by the next."""


_log = structlog.get_logger()


class Outbox:
    """One partition's; without targets it costs nothing."""

    def __init__(self, partition: int, store: NotificationStore, courier: Courier, now: Callable[[], int]) -> None:
        """``now`` is the server's clock (ms)."""
        self._partition = partition
        self._store = store
        self._courier = courier
        self._now = now
        self._book: Book | None = None

    @asynccontextmanager
    async def following(self, head: Head) -> AsyncIterator[None]:
        """Tell every target what follows the place it has come to, as long as the block lasts; never fails."""
        courier = self._courier
        if not courier.targets:
            yield
            return
        self._book = book = Book(head.seq)
        composer = Composer(self._partition, self._store, courier.deployment, courier.public_url)
        scope = Scope(head, self._partition, self._store, book, composer, self._now)
        deliveries = [Delivery(scope, target, courier) for target in courier.targets]
        try:
            yield
        finally:
            self._book = None
            await _end(deliveries)

    def committed(self, commit: Commit) -> None:
        """Take note that a commit was applied."""
        for dag in commit.dags:
            if b'"notify"' in dag.definition:  # they are large, and few of them say so
                self._look_for_strangers(decode_dag(dag.definition))
        if self._book is not None:
            self._book.add(commit)

    def _look_for_strangers(self, dag: DagSpec) -> None:
        known = {target.name for target in self._courier.targets}
        if unknown := sorted({entry.to for entry in dag.notify} - known):
            _log.warning("a DAG names targets of notifications that are not configured", dag=dag.id, targets=unknown)


async def _end(deliveries: list[Delivery]) -> None:
    tasks = [delivery.stop() for delivery in deliveries]
    try:
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

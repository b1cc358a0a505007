"""The loop that tells a target goes on after trouble: soon, and past what can never be told."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from outbox_kit import BEGINNING, another, complete, counted, noted, outbox
from penstock.backoff import LONGEST_SECONDS, Backoff
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec
from penstock.core.notify import Occasion
from penstock.errors import StoreUnavailableError
from penstock.store import views as v
from penstock.store.base import Store
from penstock_scheduler.notifications import delivery
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.notifications.target import Target
from receiver_kit import Receiver
from store_backends import MemoryBackend
from store_kit import fan, started


class Troubled:
    """A store that fails in several ways before it tells of a run."""

    def __init__(self, store: Store, troubles: Sequence[Exception]) -> None:
        self._store = store
        self.troubles = list(troubles)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def run(self, run_id: str, numbers: Sequence[int] | None = None) -> v.RunView | None:
        if self.troubles:
            raise self.troubles.pop(0)
        return await self._store.run(run_id, numbers)


async def test_neither_a_store_that_is_away_nor_a_mistake_ends_the_telling(
    receiver: Receiver, courier: Courier
) -> None:
    store = MemoryBackend().store
    reign, first = await started(store, fan(1))
    troubled = Troubled(store, [StoreUnavailableError("away"), ValueError("a mistake of ours")])
    told = outbox(troubled, courier)  # type: ignore[arg-type]  # it passes everything else on
    with capture_logs() as logs:
        async with told.following(reign.engine.head):
            await noted(store, 0)
            await complete(store, reign, told)
            await receiver.heard(1)
    assert receiver.told == [("run.succeeded", first)]
    assert [entry["log_level"] for entry in logs if "notifications" in entry["event"]] == ["warning", "error"]


class Recorded(Backoff):
    """Notes how long each wait would have been without chance, and does not wait."""

    waits: ClassVar[list[float]] = []

    async def wait(self) -> None:
        self.waits.append(self._seconds)
        self.seconds()
        await asyncio.sleep(0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    monkeypatch.setattr(delivery, "Backoff", Recorded)
    monkeypatch.setattr(Recorded, "waits", [])
    return Recorded.waits


async def test_a_store_that_is_away_is_asked_again_soon_however_long_it_was(
    receiver: Receiver, courier: Courier, waits: list[float]
) -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    troubled = Troubled(store, [StoreUnavailableError("away")] * 20)
    told = outbox(troubled, courier)  # type: ignore[arg-type]  # it passes everything else on
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)
        await receiver.heard(1)
    assert len(waits) == 20
    assert max(waits) == LONGEST_SECONDS


@pytest.mark.parametrize("trouble", [StoreUnavailableError("away"), ValueError("a mistake of ours")])
async def test_waits_are_short_again_once_something_was_told(
    receiver: Receiver, courier: Courier, waits: list[float], trouble: Exception
) -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    troubled = Troubled(store, [trouble] * 5)
    told = outbox(troubled, courier)  # type: ignore[arg-type]  # it passes everything else on
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)
        await noted(store, reign.engine.head.seq)
        first = list(waits)
        troubled.troubles = [trouble]
        await another(store, reign, 2, told)
        await receiver.heard(2)
    assert first == sorted(set(first))
    assert waits[5:] == first[:1]


async def test_an_interruption_is_counted_and_what_cannot_be_told_is_dropped_once_it_is_too_old(
    receiver: Receiver, courier: Courier, waits: list[float]
) -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    await complete(store, reign)
    await store.set_notified(0, reign.term, "ops", BEGINNING)
    troubled = Troubled(store, [ValueError("a mistake of ours")] * 1000)
    ended = decode_event((await store.log(0, reign.engine.head.seq - 1, 1))[0].data).at
    too_old = ended + 24 * 60 * 60 * 1000
    interrupted, expired = counted("interrupted"), counted("expired")
    times = iter([too_old - 1, too_old - 1])
    told = Outbox(0, troubled, courier, lambda: next(times, too_old))  # type: ignore[arg-type]  # as above
    async with told.following(reign.engine.head):
        await noted(store, reign.engine.head.seq)
    assert receiver.requests == []
    assert len(waits) == counted("interrupted") - interrupted == 2
    assert counted("expired") - expired == 1


class Undefined:
    """A store whose definitions cannot be read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        raise ValueError(f"{partition}: {version} cannot be read")


async def test_a_definition_that_cannot_be_read_keeps_nothing_waiting_for_ever(
    receiver: Receiver, waits: list[float]
) -> None:
    courier = Courier([Target(name="ops", url=receiver.url, on=frozenset({Occasion.FAILED}))])
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    expired = counted("expired")
    told = Outbox(0, Undefined(store), courier, lambda: 2**52)  # type: ignore[arg-type]  # it passes everything else on
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)
        await noted(store, reign.engine.head.seq)
    await courier.close()
    assert (counted("expired") - expired, waits) == (1, [])

"""The loop that tells a target: where it begins, what it notes, and what does not stop it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

import msgspec
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from penstock.backoff import LONGEST_SECONDS, Backoff
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec
from penstock.core.notify import NotifySpec, Occasion
from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.base import Store
from penstock_scheduler.notifications import book, delivery
from penstock_scheduler.notifications import outbox as outbox_module
from penstock_scheduler.notifications.courier import AT_ONCE, Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.notifications.target import Target
from receiver_kit import Receiver, open_receiver
from stack import dag, eventually
from store_backends import MemoryBackend
from store_kit import FIRST, Reign, fan, register, run_id, started, success

NOW = 1_700_000_000_000
BEGINNING = r.Notified(0, 0)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as receiver:
        yield receiver


@pytest.fixture
async def courier(receiver: Receiver) -> AsyncIterator[Courier]:
    courier = Courier([Target(name="ops", url=receiver.url, on=frozenset(Occasion))])
    yield courier
    await courier.close()


def outbox(store: Store, courier: Courier) -> Outbox:
    return Outbox(0, store, courier, lambda: NOW)


async def complete(store: Store, reign: Reign, outbox: Outbox | None = None) -> None:
    """Have a worker do whatever is ready, and the scheduler note it."""
    claims = await store.claim(0, "w", 1000)
    await store.report([(claim, success(claim)) for claim in claims])
    await settle(reign, outbox)


async def settle(reign: Reign, outbox: Outbox | None) -> None:
    while (commit := await reign.prepare()) is not None:
        await reign.apply(commit)
        if outbox is not None:
            outbox.committed(commit)


async def another(store: Store, reign: Reign, number: int, outbox: Outbox | None = None) -> str:
    """Live a run from its request to its end; return its id."""
    run = run_id(number)
    await store.request_run(FIRST, run)
    await settle(reign, outbox)
    await complete(store, reign, outbox)
    return run


async def noted(store: Store, seq: int) -> r.Notified:
    async def there() -> r.Notified | None:
        place = (await store.notified(0)).get("ops")
        return place if place is not None and place.seq >= seq else None

    return await eventually(there, f"event {seq} to be noted")


async def test_what_happened_while_nobody_told_is_told_in_order_however_long_it_is(
    receiver: Receiver, courier: Courier
) -> None:
    store = MemoryBackend().store
    reign, first = await started(store, fan(delivery.BATCH))
    await store.set_notified(0, reign.term, "ops", BEGINNING)
    await complete(store, reign)
    second = await another(store, reign, 2)
    end = reign.engine.head.seq
    assert end > 3 * delivery.BATCH
    told = outbox(store, courier)
    async with told.following(reign.engine.head):
        third = await another(store, reign, 3, told)
        await receiver.heard(3)
        await noted(store, end + 1)
    assert [run for _, run in receiver.told] == [first, second, third]


async def test_ids_say_in_which_branch_of_the_log_an_event_stands(receiver: Receiver, courier: Courier) -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    await store.set_notified(0, reign.term, "ops", BEGINNING)
    await complete(store, reign)
    before = reign.engine.head.seq
    lost = msgspec.structs.replace(reign.engine.head, seq=before + 2, hash="ab" * 32)
    await reign.apply(reign.engine.fork(lost, NOW))
    await another(store, reign, 2)
    async with outbox(store, courier).following(reign.engine.head):
        await receiver.heard(2)
        place = await noted(store, reign.engine.head.seq)
    assert [request.id for request in receiver.requests] == [f"0-0-{before}", f"0-1-{reign.engine.head.seq}"]
    assert place == r.Notified(reign.engine.head.seq, 1)


async def test_a_long_way_without_news_is_noted_now_and_then(
    receiver: Receiver, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "STRIDE", 20)
    monkeypatch.setattr(delivery, "STRIDE", 20)
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    told = outbox(store, courier)
    async with told.following(reign.engine.head):
        begun = await noted(store, 0)
        await register(store, dag(FIRST, fan(50)))
        await store.request_run(FIRST, run_id(2))
        await settle(reign, told)
        await noted(store, begun.seq + 20)
    assert receiver.requests == []


async def test_a_tenure_that_is_over_notes_nothing_any_more(receiver: Receiver, courier: Courier) -> None:
    store = MemoryBackend().store
    former, _ = await started(store, fan(1))
    told = outbox(store, courier)
    async with told.following(former.engine.head):
        begun = await noted(store, 0)
        await former.give_up()
        present = await Reign.begin(store, owner="present")
        commit = await _next_commit(store, present)
        told.committed(commit)  # as if the former had applied it itself
        await receiver.heard(1)
    assert await store.notified(0) == {"ops": begun}


async def _next_commit(store: Store, reign: Reign) -> r.Commit:
    """Complete what is ready; return the commit with the end of the run."""
    claims = await store.claim(0, "w", 10)
    await store.report([(claim, success(claim)) for claim in claims])
    commit = await reign.step()
    await reign.settle()
    return commit


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


def counted(outcome: str) -> float:
    labels = {"target": "ops", "outcome": outcome}
    return REGISTRY.get_sample_value("penstock_notifications_total", labels) or 0.0


class Counting:
    """A store that counts what is read of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        if name in {"log", "run", "definition"}:
            self.reads[name] += 1
        return getattr(self._store, name)


async def test_runs_that_nobody_wants_to_be_told_of_cost_one_read_per_version(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "STRIDE", 10)
    monkeypatch.setattr(delivery, "STRIDE", 1)
    courier = Courier([Target(name="ops", url=receiver.url, on=frozenset({Occasion.FAILED}))])
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    counting = Counting(store)
    told = outbox(counting, courier)  # type: ignore[arg-type]  # it passes everything on
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)
        for number in range(2, 12):
            await another(store, reign, number, told)
        await store.request_run(FIRST, run_id(12))
        await settle(reign, told)
        await store.cancel_run(run_id(12))
        await settle(reign, told)
        await noted(store, reign.engine.head.seq)
    await courier.close()
    assert counting.reads == {"definition": 1}
    assert receiver.requests == []


async def test_a_run_that_only_its_dag_wants_told_is_told_by_whoever_it_names(receiver: Receiver) -> None:
    courier = Courier([Target(name="ops", url=receiver.url, on=frozenset({Occasion.LATE}), dags=())])
    store = MemoryBackend().store
    reign, first = await started(store, fan(1))
    spec = dag(FIRST, fan(2))
    await register(store, msgspec.structs.replace(spec, notify=(NotifySpec("ops", (Occasion.SUCCEEDED,)),)))
    await settle(reign, None)
    told = outbox(store, courier)
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)
        second = await another(store, reign, 2, told)
        await receiver.heard(1)
    await courier.close()
    assert (await store.run(first)) is not None
    assert receiver.told == [("run.succeeded", second)]


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


class Undefined:
    """A store whose definitions cannot be read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        raise ValueError(f"{partition}: {version} cannot be read")


class Clock:
    """The server's, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def waiting_for_a_slot(courier: Courier, clock: Clock) -> AsyncIterator[Store]:
    """Have the news of a run wait, as long as the block lasts, until one of the target's slots is free."""
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    slots = courier.slot(courier.targets[0])
    told = Outbox(0, store, courier, clock)
    for _ in range(AT_ONCE):
        await slots.acquire()
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)

        async def waits() -> bool:
            return bool(slots._waiters)

        await eventually(waits, "the news to wait for a slot")
        yield store


def release(courier: Courier) -> None:
    for _ in range(AT_ONCE):
        courier.slot(courier.targets[0]).release()


async def test_a_request_bears_the_time_at_which_it_is_sent_not_that_from_which_it_waited(
    receiver: Receiver, courier: Courier
) -> None:
    clock = Clock()
    async with waiting_for_a_slot(courier, clock):
        clock.now += 400_000
        release(courier)
        (request,) = await receiver.heard(1)
    assert request.headers["webhook-timestamp"] == str(clock.now // 1000)


async def test_what_became_too_old_while_it_waited_for_a_slot_is_not_sent(receiver: Receiver, courier: Courier) -> None:
    clock = Clock()
    expired = counted("expired")
    async with waiting_for_a_slot(courier, clock) as store:
        before = (await store.notified(0))["ops"].seq
        clock.now += 7 * 24 * 60 * 60 * 1000
        release(courier)
        await noted(store, before + 1)
    assert receiver.requests == []
    assert counted("expired") - expired == 1


async def test_the_end_of_a_tenure_does_not_wait_for_what_was_not_sent_yet(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "GRACE_SECONDS", 600.0)
    async with asyncio.timeout(30), waiting_for_a_slot(courier, Clock()):
        pass


class Shortened:
    """A store whose log has lost what stood in it up to a place, as after a failover."""

    def __init__(self, store: Store, lost: int) -> None:
        self._store = store
        self._lost = lost

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        await asyncio.sleep(0)
        return await self._store.log(partition, after, limit) if after >= self._lost else []


async def test_what_the_log_has_lost_is_not_waited_for(receiver: Receiver, courier: Courier) -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    await store.set_notified(0, reign.term, "ops", BEGINNING)
    await complete(store, reign)
    shortened = Shortened(store, reign.engine.head.seq)
    told = outbox(shortened, courier)  # type: ignore[arg-type]  # it passes everything else on
    async with told.following(reign.engine.head):
        second = await another(store, reign, 2, told)
        await receiver.heard(1)
    assert receiver.told == [("run.succeeded", second)]


async def test_a_run_that_is_gone_is_passed_over(receiver: Receiver, courier: Courier) -> None:
    backend = MemoryBackend()
    store = backend.store
    reign, first = await started(store, fan(1))
    await store.set_notified(0, reign.term, "ops", BEGINNING)
    await complete(store, reign)
    second = await another(store, reign, 2)
    del backend._partition(0).runs[first]
    async with outbox(store, courier).following(reign.engine.head):
        await noted(store, reign.engine.head.seq)
    assert receiver.told == [("run.succeeded", second)]


async def test_a_dag_that_names_a_target_nobody_has_set_up_is_logged(receiver: Receiver, courier: Courier) -> None:
    store = MemoryBackend().store
    reign = await Reign.begin(store)
    told = outbox(store, courier)
    spec = dag(FIRST, fan(1))
    await register(store, msgspec.structs.replace(spec, notify=(NotifySpec("ops"), NotifySpec("typo"))))
    with capture_logs() as logs:
        await settle(reign, told)
    (warning,) = [entry for entry in logs if entry["log_level"] == "warning"]
    assert (warning["dag"], warning["targets"]) == (FIRST, ["typo"])


async def test_without_targets_nothing_is_begun() -> None:
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    before = asyncio.all_tasks()
    async with Outbox(0, store, Courier(), lambda: NOW).following(reign.engine.head):
        assert asyncio.all_tasks() == before
    assert await store.notified(0) == {}

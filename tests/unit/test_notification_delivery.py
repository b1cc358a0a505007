"""The loop that tells a target: where it begins, what it notes, and what does not stop it."""

import asyncio
from collections import Counter

import msgspec
import pytest
from structlog.testing import capture_logs

from outbox_kit import BEGINNING, NOW, another, complete, noted, outbox, settle
from penstock.core.notify import NotifySpec, Occasion
from penstock.store import records as r
from penstock.store.base import Store
from penstock_scheduler.notifications import book, delivery
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.notifications.target import Target
from receiver_kit import Receiver
from stack import dag
from store_backends import MemoryBackend
from store_kit import FIRST, Reign, fan, register, run_id, started, success


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
    reign, _ = await started(store, fan(1))
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
    assert receiver.told == [("run.succeeded", second)]


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

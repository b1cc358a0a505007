"""Which attempts have vanished: open in the log, not on the queue, and nothing about them on its way."""

import asyncio
from collections.abc import Mapping

import pytest

from clock_kit import LEASE, World, in_virtual_time
from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.run import Run
from penstock.errors import NewerSchemaError
from penstock.store import records as r
from penstock.store.memory import MemoryStore
from penstock_scheduler.vanished import FACTS, RUNS, Watch
from stack import dag
from store_kit import FIRST, Reign, fan, register, run_id, started, success


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(2, lambda: 1_700_000_000_000)


def lose_queue(store: MemoryStore) -> None:
    queue = store._state.partitions[0].queues["default"]
    queue.ready.clear()
    queue.claims.clear()


async def look(store: MemoryStore, reign: Reign, loaded: Mapping[str, Run]) -> list[int]:
    found = await Watch(0, store).look(loaded, reign.engine.head.cursor)
    return [attempt.number for attempt in found]


@pytest.mark.parametrize("load", [True, False], ids=["loaded", "not loaded"])
async def test_attempts_that_are_on_the_queue_have_not_vanished_but_those_that_are_not_have(
    store: MemoryStore, *, load: bool
) -> None:
    reign, _ = await started(store, fan(3))
    await store.claim(0, "w", 2)
    await reign.settle()
    loaded = reign.engine.runs if load else {}
    assert await look(store, reign, loaded) == []
    lose_queue(store)
    assert await look(store, reign, loaded) == [0, 1, 2]


async def test_an_attempt_whose_report_is_on_its_way_has_not_vanished(store: MemoryStore) -> None:
    reign, _ = await started(store, fan(2))
    first, second = await store.claim(0, "w", 2)
    await reign.settle()
    await store.report([(first, success(first)), (second, success(second))])
    assert await look(store, reign, reign.engine.runs) == []
    await reign.step(1)
    assert await look(store, reign, reign.engine.runs) == []
    await reign.settle()
    assert await look(store, reign, reign.engine.runs) == []


async def test_an_attempt_has_vanished_although_other_facts_are_on_their_way(store: MemoryStore) -> None:
    reign, run = await started(store, fan(3))
    first, second, _ = await store.claim(0, "w", 3)
    await reign.settle()
    lose_queue(store)
    state = store._state.partitions[0]
    state.deliver(encode_event(success(first)))
    state.deliver(b"unreadable")
    state.deliver(encode_event(e.RunCancelled(run_id=run)))
    assert await look(store, reign, reign.engine.runs) == [1, 2]
    assert await look(store, reign, {}) == [], "which task of a run that is not loaded a fact is about is not known"
    state.deliver(encode_event(success(second)))
    assert await look(store, reign, reign.engine.runs) == [2]
    for _ in range(FACTS):
        state.deliver(b"unreadable")
    assert await look(store, reign, reign.engine.runs) == [], "there are too many to look through"


async def test_a_fact_of_a_newer_version_may_be_about_any_attempt(store: MemoryStore) -> None:
    reign, _ = await started(store, fan(1))
    lose_queue(store)
    store._state.partitions[0].deliver(b'{"type":"TaskSucceeded","v":%d}' % (e.SCHEMA_VERSION + 1))
    with pytest.raises(NewerSchemaError):
        await look(store, reign, reign.engine.runs)


async def test_an_attempt_that_ends_in_the_step_that_takes_it_for_lost_is_not_lost(store: MemoryStore) -> None:
    reign, run = await started(store, fan(1))
    (claim,) = await store.claim(0, "w", 1)
    await reign.settle()
    lose_queue(store)
    vanished = await Watch(0, store).look(reign.engine.runs, reign.engine.head.cursor)
    assert len(vanished) == 1
    store._state.partitions[0].deliver(encode_event(success(claim)))
    entries = await store.inbox(0, reign.engine.head.cursor, 10, 0)
    commit = await reign.engine.step(entries, [], 1_700_000_000_000, vanished)
    assert commit is not None
    await reign.apply(commit)
    view = await store.run(run)
    assert view is not None
    assert (view.tasks[0].status, view.tasks[0].losses) == ("succeeded", 0)


class Busy(MemoryStore):
    """There is always one more fact."""

    retired = 0

    async def inbox(self, partition: int, after: str, limit: int, timeout_ms: int) -> list[r.Entry]:
        await asyncio.sleep(0.01)
        self._state.partitions[partition].deliver(b"unreadable")
        return await super().inbox(partition, after, limit, timeout_ms)

    async def retire(self, partition: int, idle_ms: int) -> None:
        self.retired += 1


def test_a_partition_that_is_never_idle_is_looked_after_all_the_same() -> None:
    async def act() -> None:
        world = World(kind=Busy)
        world.scheduler()
        await world.request()
        await world.until(lambda task: task.status == "ready", 20)
        assert isinstance(world.store, Busy)
        lose_queue(world.store)
        await world.until(lambda task: task.losses == 1, 3 * LEASE)
        await asyncio.sleep(5 * LEASE)
        assert 2 * 4 <= world.store.retired <= 2 * 9  # each of the two partitions, once in a lease

    in_virtual_time(act)


async def test_attempts_of_a_run_that_is_being_cancelled_are_looked_for_too(store: MemoryStore) -> None:
    reign, run = await started(store, fan(2))
    await store.claim(0, "w", 1)
    await store.cancel_run(run)
    await reign.settle()
    lose_queue(store)
    assert await look(store, reign, reign.engine.runs) == [0]


async def test_every_run_has_its_turn_however_many_there_are(store: MemoryStore) -> None:
    await register(store, dag(FIRST, fan(1)))
    count = 2 * RUNS + RUNS // 2
    for number in range(count):
        await store.request_run(FIRST, run_id(number))
    reign = await Reign.begin(store)
    await reign.settle()
    lose_queue(store)
    watch = Watch(0, store)
    turns = [await watch.look(reign.engine.runs, reign.engine.head.cursor) for _ in range(4)]
    assert [len(turn) for turn in turns] == [RUNS, RUNS, RUNS // 2, RUNS]
    assert len({attempt.run_id for turn in turns for attempt in turn}) == count


async def test_a_vanished_attempt_that_is_dealt_with_twice_is_lost_once(store: MemoryStore) -> None:
    reign, run = await started(store, fan(1))
    lose_queue(store)
    vanished = await Watch(0, store).look(reign.engine.runs, reign.engine.head.cursor)
    for _ in range(2):
        commit = await reign.engine.step([], [], 1_700_000_000_000, vanished)
        if commit is not None:
            await reign.apply(commit)
    view = await store.run(run)
    assert view is not None
    assert (view.tasks[0].status, view.tasks[0].attempt, view.tasks[0].losses) == ("ready", 2, 1)

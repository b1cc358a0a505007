"""What nobody expected ends at the smallest thing it concerns: a fact, or a partition, never the process."""

import asyncio

import pytest
from structlog.testing import capture_logs

from clock_kit import World, in_virtual_time
from penstock.core import events as e
from penstock.core.accept import accept
from penstock.core.partition import Partition
from penstock.core.run import IllegalStepError
from penstock.errors import NewerSchemaError
from penstock.store import records as r
from penstock.store.memory import MemoryStore
from penstock_scheduler import engine
from penstock_scheduler.service import POISONED_SECONDS
from stack import dag
from store_kit import FIRST, Reign, register, run_id


class Poisoned(MemoryStore):
    """One partition is not as the scheduler believes it to be."""

    error: Exception | None = None
    takeovers = 0

    async def take_over(self, partition: int, owner: str, lease_ms: int) -> r.Head | None:
        self.takeovers += partition == 1
        return await super().take_over(partition, owner, lease_ms)

    async def inbox(self, partition: int, after: str, limit: int, timeout_ms: int) -> list[r.Entry]:
        if partition == 1 and self.error is not None:
            raise self.error
        return await super().inbox(partition, after, limit, timeout_ms)


def poisoned(world: World, error: Exception | None) -> Poisoned:
    assert isinstance(world.store, Poisoned)
    world.store.error = error
    return world.store


@pytest.mark.parametrize(
    "error", [KeyError("t"), IllegalStepError("it cannot")], ids=lambda error: type(error).__name__
)
def test_a_partition_that_ends_unexpectedly_is_set_aside_while_the_others_are_served(error: Exception) -> None:
    async def act() -> None:
        world = World(kind=Poisoned)
        store = poisoned(world, error)
        world.scheduler()
        await asyncio.sleep(60)
        assert store._state.partitions[1].lease is None
        await world.request()
        await world.until(lambda task: task.status == "ready", 1)
        # Waits double up to the bound, and none is shorter than half of that.
        assert 3 <= store.takeovers <= 20
        await asyncio.sleep(10 * POISONED_SECONDS)
        assert store.takeovers <= 42
        assert not world.tasks[0].done()

    with capture_logs() as logs:
        in_virtual_time(act)
    told = [line for line in logs if line["log_level"] == "error"]
    assert told[0]["partition"] == 1
    assert told[0]["exc_info"] is error


def test_a_partition_that_was_set_aside_is_served_once_it_is_mended() -> None:
    async def act() -> None:
        world = World(kind=Poisoned)
        store = poisoned(world, KeyError("t"))
        world.scheduler()
        await asyncio.sleep(100)
        poisoned(world, None)

        async def owned() -> bool:
            return store._state.partitions[1].lease is not None

        await world.comes_true(owned, POISONED_SECONDS + 1)
        await asyncio.sleep(2 * POISONED_SECONDS)
        assert await owned()
        before = store.takeovers
        poisoned(world, KeyError("t"))
        await asyncio.sleep(5)
        poisoned(world, None)
        await world.comes_true(owned, 5)  # the wait is short again
        assert store.takeovers > before

    with capture_logs():  # writing tracebacks takes longer than all the rest
        in_virtual_time(act)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(2, lambda: 1_700_000_000_000)


def choke(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have the core fail on every cancellation."""

    def choking(partition: Partition, fact: e.AnyEvent, at: int, cause: str) -> e.AnyEvent | None:
        if isinstance(fact, e.RunCancelled):
            raise error
        return accept(partition, fact, at, cause)

    monkeypatch.setattr(engine, "accept", choking)


async def test_a_fact_that_the_core_chokes_on_is_put_aside_with_the_reason_and_delays_no_other(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    choke(monkeypatch, KeyError("gone"))
    await register(store, dag(FIRST, {"a": ()}))
    for number in (1, 2):
        await store.request_run(FIRST, run_id(number))
        await store.cancel_run(run_id(number))
    reign = await Reign.begin(store)
    commit = await reign.step()
    assert [letter.reason for letter in commit.dead] == ["Not judged: KeyError('gone')"] * 2
    assert all(b"RunCancelled" in letter.data for letter in commit.dead)
    assert await store.inbox(0, reign.engine.head.cursor, 10, 0) == []
    assert len(await store.claim(0, "w", 10)) == 2


@pytest.mark.parametrize("error", [NewerSchemaError("newer"), MemoryError()], ids=["newer", "no memory"])
async def test_a_fact_that_another_could_judge_is_not_put_aside(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    choke(monkeypatch, error)
    await register(store, dag(FIRST, {"a": ()}))
    await store.request_run(FIRST, run_id(1))
    await store.cancel_run(run_id(1))
    reign = await Reign.begin(store)
    with pytest.raises(type(error)):
        await reign.step()
    assert (await store.head(0)).seq == 0

"""The time of a partition: that of its own server, and not before its own past."""

import asyncio
import time
from collections.abc import Callable

import pytest

from clock_kit import EPOCH_MS, World, in_virtual_time
from penstock.core.codec import decode_event
from penstock.core.dag import dag_version
from penstock.errors import StoreUnavailableError
from penstock.store.memory import MemoryStore
from penstock.store.records import Head
from penstock.tracing import NOT_TRACED
from penstock_scheduler.clock import ServerClocks
from penstock_scheduler.metrics import SchedulerMetrics
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.spans import RunSpans
from penstock_scheduler.tenure import Bounds, Followers, Tenure
from stack import dag, eventually
from store_backends import HOUR_MS
from store_kit import FIRST, SECOND, register, run_id


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def dated(world: World, partition: int) -> list[int]:
    """Return the times of a partition's events, in order."""
    return [decode_event(entry.data).at for entry in await world.store.log(partition, 0, 100)]


class Hidden(MemoryStore):
    """A store that may no longer know where its partitions are, and does not answer then."""

    hidden = False

    def server_of(self, partition: int) -> str:
        return "" if self.hidden else super().server_of(partition)

    async def head(self, partition: int) -> Head:
        if self.hidden:
            raise StoreUnavailableError("away")
        return await super().head(partition)


async def test_what_is_signed_while_the_server_is_unknown_bears_its_time_and_not_1970() -> None:
    store = Hidden(1, now_ms)
    given: list[Callable[[], int]] = []

    def outbox(now: Callable[[], int]) -> Outbox:
        given.append(now)
        return Outbox(0, store, Courier(), now)

    clocks = ServerClocks(asyncio.get_running_loop().time, 1)
    followers = Followers(SchedulerMetrics(), outbox, RunSpans(NOT_TRACED))
    tenure = Tenure(0, "owner", store, clocks, {}, Bounds(600, 1000), followers)
    serving = asyncio.create_task(tenure.run())
    spec = dag("only", {"a": ()})
    await store.register_dag(spec, dag_version(spec))

    async def registered() -> bool:
        return (await store.head(0)).seq == 1

    await eventually(registered, "the registration")
    store.hidden = True
    assert abs(given[0]() - now_ms()) < HOUR_MS
    store.hidden = False
    tenure.stop()
    await serving


async def learn_from_ahead(world: World, dag_id: str) -> None:
    """Let a scheduler take a DAG's registration while the server's clock is an hour ahead; then it is set right."""
    world.scheduler()
    world.off_ms = HOUR_MS
    await register(world.store, dag(dag_id, {"a": ()}))
    await asyncio.sleep(20)
    world.off_ms = 0
    await asyncio.sleep(20)


@pytest.mark.parametrize(("first", "second"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_the_past_of_a_partition_dates_no_event_of_another_on_the_same_server(first: str, second: str) -> None:
    async def act() -> None:
        world = World()
        await learn_from_ahead(world, first)
        partition = (FIRST, SECOND).index(second)
        await register(world.store, dag(second, {"a": ()}))
        await world.store.request_run(second, run_id(1, partition))
        await asyncio.sleep(1)
        dates = await dated(world, partition)
        assert len(dates) > 2
        assert max(dates) < EPOCH_MS + HOUR_MS // 2

    in_virtual_time(act)


def test_a_partition_whose_clock_was_set_back_dates_nothing_before_what_it_was_told() -> None:
    async def act() -> None:
        world = World()
        await learn_from_ahead(world, FIRST)
        await world.store.request_run(FIRST, run_id(1))
        await world.until(lambda task: task.status == "ready", 20)
        first, *others = await dated(world, 0)
        assert others
        assert min(others) >= first > EPOCH_MS + HOUR_MS // 2

    in_virtual_time(act)

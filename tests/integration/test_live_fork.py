"""A viewer of the live feed when the server comes back with an older past."""

import asyncio
from collections.abc import Mapping
from typing import cast

from penstock.core.codec import encode_event
from penstock.core.dag import dag_version
from penstock.core.events import AnyEvent, LogForked, RunStarted
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.store.memory import MemoryStore
from penstock.store.records import LogEntry
from penstock_api.live.hub import LiveHub
from penstock_api.live.subscription import Subscription
from stack import dag
from store_kit import Reign, run_id


class Failing(MemoryStore):
    """A store whose next tail fails once, as when its server is replaced by another."""

    broken = False

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[LogEntry]:
        if self.broken:
            self.broken = False
            raise StoreUnavailableError("the server was replaced")
        return await super().tail(positions, min(timeout_ms, 20))


async def register(store: Failing, reign: Reign, name: str) -> None:
    spec = dag(name, {"a": ()})
    await store.register_dag(spec, dag_version(spec))
    await reign.step()


async def test_a_viewer_sees_the_new_branch_of_a_log_that_was_set_back() -> None:
    store = Failing(1, lambda: 1_700_000_000_000)
    reign = await Reign.begin(store)
    hub = LiveHub(cast("Store", store))
    async with hub.running():
        with hub.watching():
            viewer = Subscription(hub, {0: 0})
            for name in ("one", "two", "three"):
                await register(store, reign, name)
            seen: list[str] = []
            while len(seen) < 3:
                seen += [event.dag_id for event in await viewer.next(5)]
            other = Failing(1, lambda: 1_700_000_000_000)
            again = await Reign.begin(other)
            await register(other, again, "one")
            store._state = other._state
            store.broken = True
            while not hub.reconnects:
                await asyncio.sleep(0.01)
            await viewer.next(0.1)
            await register(other, again, "new")
            while "new" not in seen:
                seen += [event.dag_id for event in await viewer.next(5)]
    assert seen == ["one", "two", "three", "new"]


class Telling(MemoryStore):
    """A store whose log is made up by the test."""

    told: tuple[LogEntry, ...] = ()

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[LogEntry]:
        told = [entry for entry in self.told if entry.seq > positions[entry.partition]]
        return told or await super().tail(positions, min(timeout_ms, 20))


async def test_who_watches_one_run_is_told_that_the_log_has_forked() -> None:
    store = Telling(1, lambda: 1_700_000_000_000)
    hub = LiveHub(cast("Store", store))
    fork = LogForked(incarnation=1, kept_seq=1, lost_seq=9, lost_hash="")
    events: tuple[AnyEvent, ...] = (RunStarted(run_id=run_id(2)), fork, RunStarted(run_id=run_id(2)))
    async with hub.running():
        with hub.watching():
            viewer = Subscription(hub, {0: 0}, run_id=run_id(1))
            store.told = tuple(LogEntry(0, seq, encode_event(event)) for seq, event in enumerate(events, 1))
            assert [event.type for event in await viewer.next(5)] == ["LogForked"]

"""A viewer of the live feed when the server comes back with an older past."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import pytest

from penstock.core.codec import encode_event
from penstock.core.dag import dag_version
from penstock.core.events import AnyEvent, LogForked, RunStarted
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.store.memory import MemoryStore
from penstock.store.records import LogEntry
from penstock_api.live.digest import Digest
from penstock_api.live.hub import LiveHub
from penstock_api.live.subscription import Subscription
from penstock_api.live.trail import open_trail
from stack import PARTITIONS, Stack, dag, eventually
from store_kit import Reign, dag_id_in, run_id


class Failing(MemoryStore):
    """A store whose tail fails once, also one that is waiting, as when its server is replaced by another."""

    broken = False

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[LogEntry]:
        told = await super().tail(positions, min(timeout_ms, 20))
        if self.broken:
            self.broken = False
            raise StoreUnavailableError("the server was replaced")
        return told


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


class Deployment:
    """A hub on a store with DAGs in its log, and the same store as it is after a failover to a lagging replica."""

    def __init__(self) -> None:
        self.store = Failing(1, lambda: 1_700_000_000_000)
        self.hub = LiveHub(cast("Store", self.store))
        self._other = Failing(1, lambda: 1_700_000_000_000)

    async def begin(self, *names: str) -> None:
        """Register DAGs; of these the replica has only the first."""
        self.reign, self._replica = await Reign.begin(self.store), await Reign.begin(self._other)
        for name in names:
            await register(self.store, self.reign, name)
        await register(self._other, self._replica, names[0])

    async def looked(self) -> None:
        """Wait until the hub follows the log."""
        while self.hub.window(0) is None:
            await asyncio.sleep(0.01)

    async def fail_over(self, *names: str, declared: bool) -> None:
        """Go on with the replica, which has meanwhile taken these DAGs, after a declared fork or without a word."""
        if declared:
            await self._replica.apply(self._replica.engine.fork(await self.store.head(0), 1))
        for name in names:
            await register(self._other, self._replica, name)
        self.store._state = self._other._state
        self.store.broken = True
        while not self.hub.reconnects:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(*, early: bool) -> AsyncIterator[Deployment]:
    """A deployment with three DAGs whose hub follows the log, since before they came where that is ``early``."""
    deployment = Deployment()
    if not early:
        await deployment.begin("one", "two", "three")
    async with deployment.hub.running():
        with deployment.hub.watching():
            await deployment.looked()
            if early:
                await deployment.begin("one", "two", "three")
            yield deployment


@pytest.mark.parametrize(("declared", "early"), [(True, True), (False, True), (True, False)])
async def test_a_viewer_sees_all_of_the_new_branch_of_a_log_that_has_grown_past_its_old_end(
    *, declared: bool, early: bool
) -> None:
    async with watched(early=early) as deployment:
        viewer = Subscription(deployment.hub, {0: 0})
        seen: list[str] = []
        while len(seen) < 3:
            seen += [event.dag_id for event in await viewer.next(5)]
        await register(deployment.store, deployment.reign, "four")
        while len(seen) < 4:
            seen += [event.dag_id for event in await viewer.next(5)]
        await deployment.fail_over("five", "six", "seven", "eight", declared=declared)
        while seen[-1] != "eight":
            events = await viewer.next(5)
            assert events, "the new branch is not told"
            seen += [event.dag_id or event.type for event in events]
    fork = ["LogForked"] if declared else []
    assert seen == ["one", "two", "three", "four", *fork, "five", "six", "seven", "eight"]


@pytest.mark.parametrize(("declared", "early"), [(True, True), (False, True), (True, False)])
async def test_a_digest_says_to_look_anew_after_a_log_has_grown_past_its_old_end(
    *, declared: bool, early: bool
) -> None:
    async with watched(early=early) as deployment:
        viewer = Digest(deployment.hub, {0: 0})
        while viewer.positions != {0: 3}:
            await viewer.next(5)
        await register(deployment.store, deployment.reign, "four")
        while viewer.positions != {0: 4}:
            await viewer.next(5)
        await deployment.fail_over("five", "six", "seven", "eight", declared=declared)
        tick = await viewer.next(5)
        names: set[str] = set()
        assert tick.overflow
        while "eight" not in names:
            names |= {msgspec.json.decode(one)["dag_id"] for one in tick.dags}
            tick = await viewer.next(0 if "eight" in names else 5)
    assert names == {"five", "six", "seven", "eight"}


async def test_a_store_that_comes_back_with_all_it_had_repeats_nothing() -> None:
    deployment = Deployment()
    await deployment.begin("one", "two", "three")
    async with deployment.hub.running():
        with deployment.hub.watching():
            viewer, changes = Subscription(deployment.hub, {0: 0}), Digest(deployment.hub, {0: 0})
            seen: list[str] = []
            while len(seen) < 3:
                seen += [event.dag_id for event in await viewer.next(5)]
            assert len((await changes.next(5)).dags) == 3
            deployment.store.broken = True
            while not deployment.hub.reconnects:
                await asyncio.sleep(0.01)
            assert not await viewer.next(0.1)
            assert not await changes.next(0.1)


async def test_a_digest_is_told_to_look_anew_by_a_fork_that_was_declared_while_it_watched_or_was_away() -> None:
    store = Failing(1, lambda: 1_700_000_000_000)
    reign = await Reign.begin(store)
    await register(store, reign, "one")
    hub = LiveHub(cast("Store", store))
    async with hub.running():
        with hub.watching():
            there = Digest(hub, {0: 1})
            assert not await there.next(0.1)
            await reign.apply(reign.engine.fork(await store.head(0), 1))
            assert (await there.next(5)).overflow
    hub = LiveHub(cast("Store", store))
    async with hub.running():
        with hub.watching():
            away = Digest(hub, {0: 1})
            await register(store, reign, "two")
            assert (await away.next(5)).overflow


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


async def test_a_log_of_which_nothing_is_what_was_seen_is_followed_from_its_beginning(stack: Stack) -> None:
    trail = await open_trail(stack.store, 0, await stack.store.head(0), 100)
    trail.note(LogEntry(0, 1, b"gone with all that was before it"))
    await stack.start(dag(dag_id_in(0, PARTITIONS), {"a": ()}))
    await stack.scheduler()
    await eventually(lambda: _begun(stack.store), "a log to begin")
    assert await trail.kept(stack.store) == 0


async def _begun(store: Store) -> bool:
    return (await store.head(0)).seq > 0

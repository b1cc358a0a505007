"""A store that is set back to an older past while nothing happens."""

import asyncio
import time
from contextlib import suppress
from functools import partial

import pytest
from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import dag_version
from penstock.errors import StoreUnavailableError
from penstock.ids import new_run_id
from penstock.store import records as r
from penstock.store.base import Store
from penstock.tracing import NOT_TRACED
from penstock_scheduler.clock import ServerClocks
from penstock_scheduler.metrics import SchedulerMetrics
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.service import Scheduler
from penstock_scheduler.spans import RunSpans
from penstock_scheduler.tenure import Bounds, Followers, Tenure
from simulation.checked_store import CheckedStore
from stack import dag, eventually
from store_kit import Reign

SPEC = dag("only", {"a": ()})
RUN = new_run_id(0, 1_700_000_000_000, bytes(10))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def accepted(store: Store) -> bool:
    view = await store.run(RUN)
    return view is not None and view.summary.seq > 0


async def test_an_idle_owner_notices_that_its_inbox_was_set_back() -> None:
    store = CheckedStore(1, now_ms)
    scheduler = Scheduler(store, "owner", lease_seconds=0.6, worker_lease_seconds=1)
    serving = asyncio.create_task(scheduler.run())
    await store.register_dag(SPEC, dag_version(SPEC))
    await eventually(lambda: _seq(store, 1), "the registration")
    replica = store.snapshot()
    replica[0].deliver(encode_event(e.RunRequested(run_id=RUN, dag_id=SPEC.id, version=dag_version(SPEC))))
    # A fact that becomes no event moves the cursor, past the request that only the replica has, and nothing else.
    store._state.partitions[0].deliver(b"unreadable")
    await eventually(lambda: _dead(store), "the dead letter")
    store.set_back(replica)
    await eventually(lambda: accepted(store), "the request to be found")
    scheduler.stop()
    await serving


class Failing(CheckedStore):
    """Fails once at the first thing that is asked for beyond the takeover, when a log has forked."""

    def __init__(self, call: str) -> None:
        super().__init__(1, now_ms)
        self._failing = call

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        if self._failing == "log" and limit == 1 and after == 0:
            self._failing = ""
            raise StoreUnavailableError("away")
        return await super().log(partition, after, limit)

    async def commit(self, commit: r.Commit) -> r.Committed | r.Refused:
        if self._failing == "commit" and any(b"LogForked" in event for event in commit.events):
            self._failing = ""
            return r.Refused(replace(await self.head(0), term=commit.term + 1), lost=True)
        return await super().commit(commit)


@pytest.mark.parametrize("call", ["log", "commit"])
async def test_a_fork_is_declared_although_the_first_to_find_it_fails(call: str) -> None:
    store = Failing(call)
    for spec in (SPEC, dag("other", {"a": ()})):
        await store.register_dag(spec, dag_version(spec))
    reign = await Reign.begin(store)
    await reign.step()
    await reign.give_up()
    seen = {0: replace(reign.engine.head, seq=1, hash="of an event that is gone")}

    def tenure() -> Tenure:
        clocks = ServerClocks(asyncio.get_running_loop().time, 1)
        followers = Followers(SchedulerMetrics(), partial(Outbox, 0, store, Courier()), RunSpans(NOT_TRACED))
        return Tenure(0, "owner", store, clocks, seen, Bounds(600, 1000), followers)

    with suppress(StoreUnavailableError):
        await tenure().run()
    assert store.checker.kinds["LogForked"] == 0
    second = tenure()
    serving = asyncio.create_task(second.run())
    await eventually(lambda: _forked(store), "the fork to be declared")
    second.stop()
    await serving
    assert seen[0].incarnation == 1


async def _forked(store: CheckedStore) -> bool:
    return store.checker.kinds["LogForked"] == 1


async def _seq(store: Store, seq: int) -> bool:
    return (await store.head(0)).seq == seq


async def _dead(store: Store) -> bool:
    return (await store.figures()).dead_letters == 1

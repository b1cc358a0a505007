"""A store that is set back to an older past while nothing happens."""

import asyncio
import time

from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import dag_version
from penstock.ids import new_run_id
from penstock.store.base import Store
from penstock_scheduler.service import Scheduler
from simulation.world import CheckedStore
from stack import dag, eventually

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


async def _seq(store: Store, seq: int) -> bool:
    return (await store.head(0)).seq == seq


async def _dead(store: Store) -> bool:
    return (await store.figures()).dead_letters == 1

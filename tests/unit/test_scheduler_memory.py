"""What a scheduler keeps in memory is bounded, whatever sleeps in its partition."""

from collections.abc import Sequence

from penstock.core.status import RUN_ENDED
from penstock.store.memory import MemoryStore
from penstock_scheduler.engine import TASKS_OF_A_RUN, Engine
from stack import dag
from store_backends import HOUR_MS
from store_kit import EPOCH_MS, FIRST, Reign, fan, register, run_id, success

TASKS = 3
WEIGHT = TASKS + TASKS_OF_A_RUN
RUNS = 600
BATCH = 200
BOUND = 50 * WEIGHT


class CountingStore(MemoryStore):
    """Counts the runs that are loaded from it."""

    def __init__(self) -> None:
        super().__init__(1, lambda: EPOCH_MS)
        self.loaded = 0

    async def load_runs(self, partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        found = await super().load_runs(partition, run_ids)
        self.loaded += len(found)
        return found


async def bounded(store: MemoryStore, bound: int) -> Reign:
    reign = await Reign.begin(store)
    reign.engine = Engine(0, reign.engine.head, store, HOUR_MS, loaded_tasks=bound)
    return reign


async def test_runs_beyond_the_bound_are_forgotten_and_go_on_when_something_is_said_of_them() -> None:
    store = CountingStore()
    reign = await bounded(store, BOUND)
    await register(store, dag(FIRST, fan(TASKS)))
    for number in range(1, RUNS + 1):
        await store.request_run(FIRST, run_id(number))
    await reign.settle()
    while claims := await store.claim(0, "w", 50):
        await reign.settle()
        await store.report([(claim, success(claim)) for claim in claims])
        await reign.settle()
        assert len(reign.engine.runs) * WEIGHT <= BOUND + 50 * WEIGHT
    views = [await store.run(run_id(number)) for number in range(1, RUNS + 1)]
    assert all(view is not None and view.summary.status in RUN_ENDED for view in views)
    assert not reign.engine.runs


async def test_the_bound_holds_however_many_runs_wait_in_the_inbox() -> None:
    """What is forgotten after a commit is not less than what came with it."""
    store = CountingStore()
    reign = await bounded(store, BOUND)
    await register(store, dag(FIRST, fan(TASKS)))
    for number in range(1, RUNS + 1):
        await store.request_run(FIRST, run_id(number))
    touched: set[str] = set()
    while (commit := await reign.prepare(BATCH)) is not None:
        await reign.apply(commit)
        touched = {write.run_id for write in commit.runs}
        # A run with decisions left is touched by the next commit at the latest.
        assert len(reign.engine.runs.keys() - touched) * WEIGHT <= BOUND or reign.engine.busy
    assert len(reign.engine.runs.keys() - touched) * WEIGHT <= BOUND


async def test_a_run_that_is_larger_than_the_bound_is_not_loaded_anew_for_every_fact() -> None:
    store = CountingStore()
    reign = await bounded(store, 1)
    await register(store, dag(FIRST, fan(20)))
    await store.request_run(FIRST, run_id(1))
    await reign.settle()
    loaded = store.loaded
    while claims := await store.claim(0, "w", 4):
        await reign.settle()
        await store.report([(claim, success(claim)) for claim in claims])
        await reign.settle()
    assert store.loaded == loaded

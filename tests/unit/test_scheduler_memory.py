"""What a scheduler keeps in memory is bounded, whatever sleeps in its partition."""

from penstock.core.status import RUN_ENDED
from penstock.store.memory import MemoryStore
from penstock_scheduler.engine import FORGET_RUNS, Engine
from stack import dag
from store_backends import HOUR_MS
from store_kit import EPOCH_MS, FIRST, Reign, fan, register, run_id, success

TASKS = 3
RUNS = 2 * FORGET_RUNS
BOUND = TASKS * FORGET_RUNS // 2


async def test_runs_beyond_the_bound_are_forgotten_and_go_on_when_something_is_said_of_them() -> None:
    store = MemoryStore(1, lambda: EPOCH_MS)
    reign = await Reign.begin(store)
    reign.engine = Engine(0, reign.engine.head, store, HOUR_MS, loaded_tasks=BOUND)
    await register(store, dag(FIRST, fan(TASKS)))
    for number in range(1, RUNS + 1):
        await store.request_run(FIRST, run_id(number))
    await reign.settle()
    while claims := await store.claim(0, "w", 50):
        await reign.settle()
        assert sum(len(run.tasks) for run in reign.engine.runs.values()) <= BOUND + TASKS * RUNS // 2
        await store.report([(claim, success(claim)) for claim in claims])
        await reign.settle()
    views = [await store.run(run_id(number)) for number in range(1, RUNS + 1)]
    assert all(view is not None and view.summary.status in RUN_ENDED for view in views)
    assert not reign.engine.runs

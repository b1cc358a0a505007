"""What a step tells workers."""

from penstock.store.memory import MemoryStore
from penstock.store.records import Bell
from store_kit import started


async def test_an_attempt_claimed_after_its_run_was_cancelled_is_told_to_stop() -> None:
    store = MemoryStore(1, lambda: 1_700_000_000_000)
    reign, run_id = await started(store, {"a": ()})
    await store.cancel_run(run_id)
    (claim,) = await store.claim(0, "w", 1)
    await reign.step()
    assert await store.wait("w", 10) == [Bell(0, run_id, "a", claim.attempt)]

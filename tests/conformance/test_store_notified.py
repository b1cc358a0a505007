"""How far the targets of notifications have come, on every store."""

from penstock.store.records import Notified
from store_backends import Backend
from store_kit import Reign, fan, started


async def test_nobody_has_been_notified_in_the_beginning(backend: Backend) -> None:
    assert await backend.store.notified(0) == {}


async def test_how_far_a_target_has_come_is_kept_by_target_and_partition(backend: Backend) -> None:
    store = backend.store
    first, _ = await started(store, fan(3))
    second = await Reign.begin(store, 1)
    assert await store.set_notified(0, first.term, "ops", Notified(2, 1))
    assert await store.set_notified(0, first.term, "größer", Notified(1, 0))
    assert await store.set_notified(1, second.term, "ops", Notified(0, 0))
    assert await store.set_notified(0, first.term, "ops", Notified(3, 2))
    assert await store.notified(0) == {"ops": Notified(3, 2), "größer": Notified(1, 0)}
    assert await store.notified(1) == {"ops": Notified(0, 0)}


async def test_nobody_is_notified_of_what_the_log_does_not_hold(backend: Backend) -> None:
    reign, _ = await started(backend.store, fan(3))
    end = reign.engine.head.seq
    assert await backend.store.set_notified(0, reign.term, "ops", Notified(end, 0))
    assert not await backend.store.set_notified(0, reign.term, "ops", Notified(end + 1, 0))
    assert await backend.store.notified(0) == {"ops": Notified(end, 0)}


async def test_only_the_ruling_term_notes_how_far_a_target_has_come(backend: Backend) -> None:
    store = backend.store
    former, _ = await started(store, fan(1))
    assert await store.set_notified(0, former.term, "ops", Notified(1, 0))
    await former.give_up()
    present = await Reign.begin(store, owner="present")
    before = await backend.dump()
    for term in (former.term, present.term + 1):
        assert not await store.set_notified(0, term, "ops", Notified(2, 0))
    assert await backend.dump() == before
    assert await store.set_notified(0, present.term, "ops", Notified(2, 0))

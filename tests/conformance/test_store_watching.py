"""What those who watch a deployment ask for, on every store."""

import pytest
from msgspec.structs import replace

from penstock.core.status import RunStatus, TaskStatus
from penstock.store.base import Store
from store_backends import HOUR_MS, Backend, ServerBackend, eventually
from store_kit import FIRST, Reign, fan, presence, run_id, started

NOWHERE = ("", "garbage", "run\x00", run_id(1, 77), run_id(1).upper())
"""No ids of runs, and the id of one in a partition that is not there."""


async def test_workers_that_are_there_are_listed_by_name_with_what_they_told_last(backend: Backend) -> None:
    before = await backend.now()
    await backend.store.announce(presence("b"), HOUR_MS)
    await backend.store.announce(presence("a"), HOUR_MS)
    await backend.store.announce(presence("b", busy=2), HOUR_MS)
    workers = await backend.store.workers()
    assert [replace(worker, seen_at=0) for worker in workers] == [presence("a"), presence("b", busy=2)]
    after = await backend.now()
    assert all(before <= worker.seen_at <= after for worker in workers)
    assert await backend.store.worker_count() == 2


async def test_a_worker_that_departs_is_gone_at_once(store: Store) -> None:
    await store.announce(presence("a"), HOUR_MS)
    await store.depart("a")
    await store.depart("never there")
    assert await store.workers() == []
    assert await store.worker_count() == 0


async def test_a_worker_that_falls_silent_is_gone_when_its_time_is_over(backend: Backend) -> None:
    await backend.store.announce(presence("a"), 30)
    await backend.store.announce(presence("b"), HOUR_MS)

    async def gone() -> bool:
        return [worker.name for worker in await backend.store.workers()] == ["b"]

    await eventually(backend, gone, "the silent worker is gone")
    assert await backend.store.worker_count() == 1


async def test_of_a_worker_that_is_gone_nothing_is_kept_once_another_is_heard(backend: Backend) -> None:
    await backend.store.announce(presence("a"), HOUR_MS)
    alone = await backend.dump()
    await backend.store.announce(presence("silent"), 10)

    async def forgotten() -> bool:
        await backend.store.announce(presence("a"), HOUR_MS)
        return len(str(await backend.dump())) <= len(str(alone)) + 20

    await eventually(backend, forgotten, "the silent worker is forgotten")


async def test_a_worker_that_was_to_be_there_for_ever_by_another_clock_is_forgotten(store: Store) -> None:
    await store.announce(presence("a"), HOUR_MS)
    await store.announce(presence("b"), HOUR_MS // 11)
    assert [worker.name for worker in await store.workers()] == ["b"]


@pytest.mark.parametrize("store_url", ["valkey", "redis", "cluster"], indirect=True)
async def test_a_server_without_memory_still_hears_that_workers_are_there(server: ServerBackend) -> None:
    await server.store.announce(presence("a"), HOUR_MS)
    await server.command("CONFIG", "SET", "maxmemory", 1)
    try:
        await server.store.announce(presence("a", busy=1), HOUR_MS)
        (worker,) = await server.store.workers()
    finally:
        await server.command("CONFIG", "SET", "maxmemory", 0)
    assert worker.busy == 1


async def test_summaries_come_in_the_order_asked_for_without_those_that_do_not_exist(store: Store) -> None:
    _, first = await started(store, fan(2))
    await store.request_run(FIRST, run_id(2))
    view = await store.run(first)
    assert view is not None
    requested, *found = await store.summaries([run_id(2), run_id(3), first, first])
    assert (requested.run_id, requested.status) == (run_id(2), RunStatus.REQUESTED)
    assert found == [view.summary, view.summary]


@pytest.mark.parametrize("nowhere", NOWHERE)
async def test_what_can_be_no_run_of_this_deployment_is_left_out_like_one_that_does_not_exist(
    store: Store, nowhere: str
) -> None:
    _, run = await started(store, fan(1))
    assert [summary.run_id for summary in await store.summaries([nowhere, run])] == [run]
    assert [cells.summary.run_id for cells in await store.run_cells([nowhere, run])] == [run]
    first, second = await store.task_states([(nowhere, 0), (run, 0)])
    assert first is None
    assert second is not None
    assert await store.summaries([]) == []


async def test_states_of_tasks_are_read_by_run_and_number(store: Store) -> None:
    _, run = await started(store, {"a": (), "b": ("a",)})
    ready, waiting, unknown = await store.task_states([(run, 0), (run, 1), (run_id(9), 0)])
    view = await store.run(run)
    assert view is not None
    assert ready == view.tasks[0]
    assert ready.status is TaskStatus.READY
    assert (waiting, unknown) == (None, None)
    assert view.summary.status is RunStatus.RUNNING


async def test_dead_letters_are_read_backwards_page_by_page(backend: Backend) -> None:
    reign = await Reign.begin(backend.store)
    for number in range(5):
        await backend.deliver(0, b"garbage %d" % number)
        await reign.settle()
    letters = await backend.dead(0)
    first = await backend.store.dead_letters(0, "", 3)
    second = await backend.store.dead_letters(0, first[-1].place, 3)
    assert [kept.letter for kept in first + second] == letters[::-1]
    assert await backend.store.dead_letters(0, second[-1].place, 3) == []
    assert await backend.store.dead_letters(1, "", 3) == []


async def test_a_dead_letter_s_place_says_when_it_was_put_there(backend: Backend) -> None:
    reign = await Reign.begin(backend.store)
    before = await backend.now()
    await backend.deliver(0, b"garbage")
    await reign.settle()
    (kept,) = await backend.store.dead_letters(0, "", 1)
    assert before <= int(kept.place.partition("-")[0]) <= await backend.now()

"""Bells: who is told what, and when, on every store."""

import asyncio

import pytest

from penstock.store.base import Store
from penstock.store.records import Bell
from stack import dag
from store_backends import Backend, MemoryBackend
from store_kit import FIRST, SECOND, Reign, fan, register, run_id, started

ONE: dict[str, tuple[str, ...]] = {"a": ()}


async def told(store: Store, worker: str) -> list[Bell]:
    """Return all that waits for a worker."""
    bells: list[Bell] = []
    while heard := await store.wait(worker, 1):
        bells += heard
    return bells


async def work(store: Store, reign: Reign, number: int) -> None:
    """Make one more attempt ready in partition 0."""
    await store.request_run(FIRST, run_id(number))
    await reign.settle()


async def idle(store: Store, *workers: str) -> Reign:
    """Return the reign of partition 0, where the workers found nothing to do, one after the other."""
    await register(store, dag(FIRST, ONE))
    reign = await Reign.begin(store)
    await reign.settle()
    for worker in workers:
        assert await store.claim(0, worker, 1) == []
    return reign


async def test_a_worker_that_found_less_than_it_asked_for_is_rung_when_there_is_work(store: Store) -> None:
    reign = await idle(store, "w")
    assert await told(store, "w") == []
    await work(store, reign, 1)
    assert await told(store, "w") == [Bell(0)]


async def test_a_worker_that_got_what_it_asked_for_is_not_rung(store: Store) -> None:
    reign, _ = await started(store, fan(2))
    await store.claim(0, "w", 2)
    await work(store, reign, 2)
    assert await told(store, "w") == []


async def test_a_worker_that_was_rung_is_not_rung_again_before_it_looked(store: Store) -> None:
    reign = await idle(store, "w")
    await work(store, reign, 1)
    await work(store, reign, 2)
    assert await told(store, "w") == [Bell(0)]
    assert len(await store.claim(0, "w", 5)) == 2
    await work(store, reign, 3)
    assert await told(store, "w") == [Bell(0)]


async def test_no_more_workers_are_rung_than_there_are_attempts(backend: Backend) -> None:
    store = backend.store
    reign = await idle(store)
    for worker in ("first", "second", "third"):
        await store.claim(0, worker, 1)
        await backend.pass_time()
    await work(store, reign, 1)
    assert [await told(store, worker) for worker in ("first", "second", "third")] == [[], [], [Bell(0)]]
    await register(store, dag(FIRST, fan(5)))
    await work(store, reign, 2)
    assert [await told(store, worker) for worker in ("first", "second", "third")] == [[Bell(0)], [Bell(0)], []]


async def test_waiting_ends_with_the_bell(store: Store) -> None:
    reign = await idle(store, "w")
    waiting = asyncio.create_task(store.wait("w", 60_000))
    other = asyncio.create_task(store.wait("other", 20))
    assert await other == []
    await work(store, reign, 1)
    assert await waiting == [Bell(0)]


async def test_bells_of_all_partitions_are_heard(store: Store) -> None:
    reign = await idle(store, "w")
    await register(store, dag(SECOND, ONE))
    await store.claim(1, "w", 1)
    await work(store, reign, 1)
    await store.request_run(SECOND, run_id(1, 1))
    await (await Reign.begin(store, 1)).settle()
    assert sorted(await told(store, "w"), key=lambda bell: bell.partition) == [Bell(0), Bell(1)]


async def test_a_worker_that_withdraws_is_not_rung(store: Store) -> None:
    reign = await idle(store, "other", "w")
    await store.withdraw([0, 1], "w")
    await work(store, reign, 1)
    assert await told(store, "w") == []
    assert await told(store, "other") == [Bell(0)]


async def test_a_bell_rung_for_a_worker_that_withdraws_is_passed_on(backend: Backend) -> None:
    store = backend.store
    reign = await idle(store, "other")
    await backend.pass_time()
    await store.claim(0, "w", 1)
    await work(store, reign, 1)
    await store.withdraw([0], "w")
    assert await told(store, "w") == []
    assert await told(store, "other") == [Bell(0)]


async def test_a_bell_that_nobody_else_is_there_for_is_dropped(backend: Backend) -> None:
    reign = await idle(backend.store, "w")
    await work(backend.store, reign, 1)
    await backend.store.withdraw([0], "w")
    assert await told(backend.store, "w") == []
    assert await backend.idle(0) == []


async def test_a_worker_that_withdraws_keeps_what_it_is_told_about_its_attempts(store: Store) -> None:
    reign, run = await started(store, ONE)
    await store.claim(0, "w", 2)
    await reign.settle()
    await store.cancel_run(run)
    await reign.settle()
    await work(store, reign, 2)
    await store.withdraw([0], "w")
    assert await told(store, "w") == [Bell(0, run, "a", 1)]


async def test_withdrawing_from_nowhere_is_fine(backend: Backend) -> None:
    before = await backend.dump()
    await backend.store.withdraw([], "w")
    await backend.store.withdraw([0, 1], "never there")
    assert await backend.dump() == before


@pytest.mark.parametrize("task", ["a", "a task: with spaces", "\N{SNOWMAN}"])
async def test_the_worker_of_a_running_attempt_is_told_to_stop_it(store: Store, task: str) -> None:
    reign, run = await started(store, {task: (), "later": (task,)})
    await store.claim(0, "w", 1)
    await reign.settle()
    await store.cancel_run(run)
    await reign.settle()
    assert await told(store, "w") == [Bell(0, run, task, 1)]


async def test_the_claimer_of_an_attempt_withdrawn_meanwhile_is_told_to_stop_it(store: Store) -> None:
    reign, run = await started(store, fan(2))
    await store.cancel_run(run)
    commit = await reign.prepare()
    assert commit is not None
    await store.claim(0, "w", 1)
    await reign.apply(commit)
    assert await told(store, "w") == [Bell(0, run, "t0", 1)]


@pytest.mark.parametrize("store_url", ["memory"], indirect=True)
async def test_a_bell_that_nobody_hears_for_a_minute_falls_silent(backend: Backend) -> None:
    assert isinstance(backend, MemoryBackend)
    reign = await idle(backend.store, "w")
    await work(backend.store, reign, 1)
    backend.clock_ms += 60_001
    assert await told(backend.store, "w") == []


@pytest.mark.parametrize("store_url", ["memory"], indirect=True)
async def test_a_worker_that_did_not_come_back_for_a_minute_is_not_rung(backend: Backend) -> None:
    assert isinstance(backend, MemoryBackend)
    await idle(backend.store, "dead")
    backend.clock_ms += 60_000
    await backend.store.claim(0, "w", 1)
    assert await backend.idle(0) == ["w"]

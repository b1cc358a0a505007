"""A worker says that it is there and how it fares, and is gone when it goes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store.records import WorkerPresence
from penstock_worker import presence
from stack import Held, Noop, Stack, dag, eventually


@pytest.fixture
async def held(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.02)
    await stack.scheduler()
    executor = Held()
    yield executor
    for release in list(executor.running.values()):
        release.set()


async def shown(stack: Stack) -> WorkerPresence | None:
    workers = await stack.store.workers()
    return workers[0] if workers else None


async def test_what_a_worker_executes_is_shown_and_what_it_has_executed_is_counted(stack: Stack, held: Held) -> None:
    await stack.worker(held, slots=3)
    run_id = await stack.start(dag("two", {"a": (), "b": ()}))

    async def busy() -> WorkerPresence | None:
        worker = await shown(stack)
        return worker if worker is not None and worker.busy == 2 else None

    worker = await eventually(busy, "the worker to be shown busy")
    assert (worker.slots, worker.succeeded, worker.failed, worker.draining) == (3, 0, 0, False)
    assert {(one.run_id, one.task_id, one.attempt) for one in worker.executing} == {(run_id, "a", 1), (run_id, "b", 1)}
    assert all(0 <= one.for_ms <= worker.up_ms for one in worker.executing)
    for name in ("a", "b"):
        held.running[name].set()

    async def idle() -> bool:
        worker = await shown(stack)
        return worker is not None and (worker.busy, worker.executing, worker.succeeded) == (0, [], 2)

    await eventually(idle, "the worker to be shown idle")


async def test_attempts_that_fail_are_counted(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.02)
    await stack.scheduler()
    await stack.worker()
    await stack.start(dag("bad", {"a": ()}, command="exit 3", retries=1, retry_delay_seconds=0))

    async def counted() -> bool:
        worker = await shown(stack)
        return worker is not None and (worker.succeeded, worker.failed) == (0, 2)

    await eventually(counted, "both attempts to be counted")


async def test_a_worker_that_drains_says_so_at_once_and_is_gone_when_it_has_ended(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 3600)
    await stack.scheduler()
    held = Held()
    worker = await stack.worker(held)
    await stack.start(dag("one", {"a": ()}))

    async def runs() -> bool:
        return bool(held.running) and await shown(stack) is not None

    await eventually(runs, "the task to run")
    worker.stop()

    async def draining() -> bool:
        now = await shown(stack)
        return now is not None and now.draining

    await eventually(draining, "the worker to be shown draining")
    held.running["a"].set()

    async def gone() -> bool:
        return await shown(stack) is None

    await eventually(gone, "the worker to be gone")


@pytest.mark.parametrize("error", [StoreUnavailableError("away"), LookupError("unheard of")])
async def test_a_store_that_does_not_listen_ends_no_worker(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.01)
    asked = [asyncio.Event(), asyncio.Event()]

    class Deaf:
        def __getattr__(self, name: str) -> object:
            return getattr(stack.store, name)

        async def announce(self, *_: object) -> None:
            asked[asked[0].is_set()].set()
            raise error

        async def depart(self, _: str) -> None:
            raise error

    await stack.scheduler()
    await stack.worker(Noop(), store=Deaf())  # type: ignore[arg-type]  # as far as a worker can tell, it is one
    for event in asked:  # it tries again
        await asyncio.wait_for(event.wait(), 10)
    assert await stack.ended(await stack.start(dag("one", {"a": ()}))) == "succeeded"

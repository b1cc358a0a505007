"""What a worker reads of its own claims may be older than what it has done since."""

import asyncio
from typing import Any, cast

from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.ids import partition_of_run
from penstock.store.base import Store
from penstock.store.records import QueueEntry
from penstock_worker.executors.base import Execution, Outcome, OutputSink
from stack import Held, Stack, dag, eventually


class Counted(Held):
    """Held attempts, and how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self.executions = 0

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:
        self.executions += 1
        return await super().execute(execution, sink, cancel)


class SlowAnswer:
    """A store that loses a claim's answer in the partition of a running attempt, and then tells of the claims held only
    after the run.

    So what it tells was true when it was read, and is not any more.
    """

    def __init__(self, stack: Stack, executor: Held) -> None:
        self._store = stack.store
        self._stack = stack
        self._executor = executor
        self._lost = False
        self.run_id = ""
        self.told_late = asyncio.Event()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # any method of the store
        return getattr(self._store, name)

    async def claim(self, partition: int, worker: str, limit: int, suspects: int) -> list[QueueEntry]:
        if self._executor.running and not self._lost and partition == partition_of_run(self.run_id):
            self._lost = True
            raise StoreUnavailableError("the answer was lost")
        return await self._store.claim(partition, worker, limit, suspects)

    async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
        claims = await self._store.claimed(partition, worker)
        if claims and not self.told_late.is_set():
            self._executor.running["a"].set()
            assert await self._stack.ended(self.run_id) is RunStatus.SUCCEEDED
            self.told_late.set()
        return claims


async def test_an_attempt_that_was_reported_meanwhile_is_not_executed_again(stack: Stack) -> None:
    executor = Counted()
    slow = SlowAnswer(stack, executor)
    await stack.scheduler()
    slow.run_id = await stack.start(dag("stale", {"a": ()}))
    await stack.worker(executor, store=cast("Store", slow))
    async with asyncio.timeout(20):
        await slow.told_late.wait()
    # Had the worker believed it, it would execute the attempt before it claims another one.
    later = await stack.start(dag("later", {"b": ()}))
    (await eventually(lambda: _running(executor, "b"), "the next attempt to run")).set()
    assert await stack.ended(later) is RunStatus.SUCCEEDED
    assert executor.executions == 2


async def _running(executor: Held, task_id: str) -> asyncio.Event | None:
    return executor.running.get(task_id)

"""A scheduler and a worker in virtual time, whose server can be away and whose clock can be set."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import cast

from penstock.core.run import TaskState
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.store.memory import MemoryStore
from penstock_scheduler.service import Scheduler
from penstock_worker.service import Worker
from simulation.virtual_time import VirtualLoop
from stack import Held, dag
from store_kit import FIRST, register, run_id

EPOCH_MS = 1_700_000_000_000
LEASE = 10.0


class World:
    """A scheduler and a worker on a store in memory, in virtual time, with a server's clock that can be set."""

    def __init__(
        self, *, scheduler_lease: float = 5, worker_lease: float = LEASE, kind: type[MemoryStore] = MemoryStore
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.off_ms = 0
        self.away = False
        self.store = kind(2, lambda: EPOCH_MS + int(self.loop.time() * 1000) + self.off_ms)
        self._scheduler_lease = scheduler_lease
        self._worker_lease = worker_lease
        self.tasks: list[asyncio.Task[None]] = []

    def scheduler(self) -> "View":
        view = View(self)
        service = Scheduler(
            cast("Store", view),
            f"s{len(self.tasks)}",
            lease_seconds=self._scheduler_lease,
            worker_lease_seconds=self._worker_lease,
        )
        self.tasks.append(asyncio.create_task(service.run()))
        return view

    def worker(self) -> "View":
        view = View(self)
        service = Worker(
            cast("Store", view),
            "w",
            {"shell": Held()},
            slots=2,
            lease_seconds=self._worker_lease,
            drain_seconds=0,
            output_cap_bytes=1,
        )
        self.tasks.append(asyncio.create_task(service.run()))
        return view

    async def request(self) -> None:
        await register(self.store, dag(FIRST, {"a": ()}))
        await self.store.request_run(FIRST, run_id(1))

    async def task(self) -> TaskState:
        view = await self.store.run(run_id(1))
        assert view is not None
        return view.tasks.get(0) or TaskState()

    async def until(self, condition: Callable[[TaskState], bool], seconds: float) -> float:
        """Return after how long (s) the task is as wanted."""

        async def as_wanted() -> bool:
            return condition(await self.task())

        return await self.comes_true(as_wanted, seconds)

    async def comes_true(self, condition: Callable[[], Awaitable[bool]], seconds: float) -> float:
        """Return after how long (s) something is so."""
        begun = self.loop.time()
        while not await condition():
            assert self.loop.time() < begun + seconds, "too late"
            await asyncio.sleep(0.01)
        return self.loop.time() - begun


class View:
    """The store as one process sees it: not always there; and nothing is heard any more of a process that is dead."""

    def __init__(self, world: World) -> None:
        self.dead = False
        self.partitions = world.store.partitions
        self._world = world

    def server_of(self, partition: int) -> str:
        return self._world.store.server_of(partition)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def method(*arguments: object) -> object:
            await self._arrive()
            answer: object = await getattr(self._world.store, name)(*arguments)
            await self._arrive()
            return answer

        return method

    async def _arrive(self) -> None:
        if self.dead:
            await asyncio.Event().wait()
        if self._world.away:
            raise StoreUnavailableError("away")


def in_virtual_time(act: Callable[[], Coroutine[None, None, None]]) -> None:
    loop = VirtualLoop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(act())
    finally:
        tasks = list(asyncio.all_tasks(loop))
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()


def running(task: TaskState) -> bool:
    return task.status == "running"

"""Simulated processes: they can be paused, killed and cut off, and reach the world through their store only."""

import asyncio
import random
from contextvars import ContextVar
from typing import Any

import msgspec

from penstock.errors import StoreUnavailableError
from penstock.store.memory import MemoryStore

current: ContextVar["Process | None"] = ContextVar("current", default=None)
"""The process that the running task belongs to."""


class KilledError(BaseException):
    """Raised in whatever a killed process still tries to do."""


_ASIDE = frozenset({"announce", "depart"})
"""Calls that nothing depends on: their luck is their own, so that seeds mean what they meant before there were any."""


class Odds(msgspec.Struct, frozen=True):
    """How likely each fault of a store call is."""

    before: float = 0.0
    after: float = 0.0
    repeated: float = 0.0
    late: float = 0.0


class Process:
    """What a service's tasks have in common: whether they live, and until when they stand still."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.tasks: list[asyncio.Task[Any]] = []
        self._running = asyncio.Event()
        self._running.set()

    def pause(self) -> None:
        """Stand still, as after SIGSTOP."""
        self._running.clear()

    def resume(self) -> None:
        """Go on."""
        self._running.set()

    def kill(self) -> None:
        """End at once: nothing of it reaches the store any more."""
        self.alive = False
        self._running.set()
        for task in self.tasks:
            task.cancel()

    async def gate(self) -> None:
        """Wait while the process stands still."""
        await self._running.wait()
        if not self.alive:
            raise KilledError


def owned_tasks(loop: asyncio.AbstractEventLoop, coroutine: Any, **named: Any) -> asyncio.Task[Any]:  # noqa: ANN401  # as asyncio calls it
    """Make a task that belongs to the process of the task that makes it."""
    task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **named)
    process = current.get()
    if process is not None:
        process.tasks = [*(other for other in process.tasks if not other.done()), task]
    return task


class Network:
    """The way between processes and the store, with its faults; all chance comes from one seeded source."""

    def __init__(self, store: MemoryStore, chance: random.Random, odds: Odds) -> None:
        self.store = store
        self.chance = chance
        self._aside = random.Random("what nothing depends on")
        self.odds = odds
        self.down = False
        self.faults = 0

    def store_of(self, process: Process) -> Any:  # noqa: ANN401  # a Store, made of any method's name
        """Return the store as the process sees it."""
        return _Reached(self, process)

    async def call(self, process: Process, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:  # noqa: ANN401  # likewise
        """Pass one call on, or do to it what happens to calls."""
        method = getattr(self.store, name)
        await process.gate()
        chance = self._aside if name in _ASIDE else self.chance
        await asyncio.sleep(chance.expovariate(1 / 0.0005))
        fate = chance.random()
        odds = self.odds
        if self.down or fate < odds.before:
            self.faults += 1
            raise StoreUnavailableError("the request was lost")
        fate -= odds.before
        if fate < odds.late:
            self.faults += 1
            await asyncio.sleep(chance.uniform(0.5, 6))
        fate -= odds.late
        if 0 <= fate < odds.repeated:
            self.faults += 1
            await method(*arguments, **named)
        answer = await method(*arguments, **named)
        await process.gate()
        fate -= odds.repeated
        if 0 <= fate < odds.after:
            self.faults += 1
            raise StoreUnavailableError("the answer was lost")
        return answer


class _Reached:
    def __init__(self, network: Network, process: Process) -> None:
        self._network = network
        self._process = process

    @property
    def partitions(self) -> int:
        return self._network.store.partitions

    def server_of(self, partition: int) -> str:
        return self._network.store.server_of(partition)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # any method of the store
        async def method(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # likewise
            return await self._network.call(self._process, name, arguments, named)

        return method

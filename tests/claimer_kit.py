"""A claimer on a store of several servers, some of which are out of reach."""

import asyncio
from collections.abc import Iterable, Sequence

from penstock.errors import StoreUnavailableError
from penstock.store.memory import MemoryStore
from penstock.store.records import QueueEntry
from penstock_worker.claimer import Claimer
from penstock_worker.unanswered import Unanswered
from stack import eventually

PARTITIONS = 6
"""Two on each of three servers."""
MANY = 100


class Torn(MemoryStore):
    """A store of several servers of which some partitions are refused, and others get no answer."""

    def __init__(self, servers: int = 3) -> None:
        super().__init__(PARTITIONS, lambda: 0)
        self.servers = servers
        self.refused: set[int] = set()
        self.silent: set[int] = set()
        self.speak = asyncio.Event()
        self.asked: list[str] = []
        self.given: dict[str, list[QueueEntry]] = {}

    def server_of(self, partition: int) -> str:
        return f"s{partition * self.servers // PARTITIONS}"

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
        return await self._ask(f"claim {partition}", [partition])

    async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
        return await self._ask(f"claimed {partition}", [partition])

    async def withdraw(self, partitions: Sequence[int], worker: str) -> None:
        await self._ask(f"withdraw {' '.join(map(str, partitions))}", partitions)

    async def _ask(self, what: str, partitions: Iterable[int]) -> list[QueueEntry]:
        self.asked.append(what)
        given = self.given.pop(what, []) if self.refused.isdisjoint(partitions) else []
        if not self.silent.isdisjoint(partitions):
            await self.speak.wait()
        if not self.refused.isdisjoint(partitions):
            raise StoreUnavailableError("away")
        return given


class Round:
    """A claimer, and what it tells."""

    def __init__(self, store: Torn) -> None:
        self.store = store
        self.started: list[QueueEntry] = []
        self.failures: list[BaseException] = []
        self.unanswered = Unanswered(lambda: map(store.server_of, range(PARTITIONS)))
        self.claimer = Claimer(
            store,
            "w",
            PARTITIONS,
            start=self.started.append,
            changed=lambda: None,
            ended=self._ended,
            unanswered=self.unanswered,
        )

    async def go(self) -> None:
        """Claim wherever there is promise."""
        for _ in range(MANY):
            if not self.claimer.promising:
                return
            await self.claimer.claim(1, 1)
        raise AssertionError("there is promise without end")

    async def all_back(self) -> None:
        """Go on until no partition is left out."""

        async def back() -> bool:
            await self.go()
            return not self.claimer._aside

        await eventually(back, "all partitions to be in the round again")

    def _ended(self, task: "asyncio.Task[object]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(error)


def entry(partition: int, number: int = 1) -> QueueEntry:
    """Return a claim in a partition."""
    return QueueEntry(partition, "default", number, "run", "task", 0, 1, "dag", "version")

"""Where a worker looks for work when some of it is out of reach."""

from penstock.errors import StoreUnavailableError
from penstock.store.memory import MemoryStore
from penstock.store.records import QueueEntry
from penstock_worker.claimer import Claimer


class Torn(MemoryStore):
    """A store of which one partition does not answer."""

    def __init__(self) -> None:
        super().__init__(3, lambda: 0)
        self.away: int | None = 0
        self.asked: list[str] = []

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
        self._ask(f"claim {partition}", partition)
        return await super().claim(partition, worker, limit, suspects)

    async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
        self._ask(f"claimed {partition}", partition)
        return await super().claimed(partition, worker)

    def _ask(self, what: str, partition: int) -> None:
        self.asked.append(what)
        if partition == self.away:
            raise StoreUnavailableError("away")


async def test_a_partition_out_of_reach_keeps_nobody_from_the_others_and_is_asked_first_what_it_has_given() -> None:
    store = Torn()
    claimer = Claimer(store, "w", 3)
    for _ in range(4):
        try:
            assert await claimer.claim(1, 1) == []
        except StoreUnavailableError:
            claimer.failed()
    assert store.asked == ["claim 0", "claim 1", "claimed 0", "claim 2"]
    store.away = None
    while claimer.promising:
        assert await claimer.claim(1, 1) == []
    assert store.asked[4:] == ["claimed 0", "claim 0"]

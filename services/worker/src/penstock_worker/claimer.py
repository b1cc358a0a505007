"""Where a worker looks for work: in partitions that rang, or that may have more; never in all of them all the time."""

from penstock.store.base import WorkerStore
from penstock.store.records import QueueEntry


class Claimer:
    """Knows in which partitions there may be work, and where this worker is registered to be rung.

    A claim that yields less than was asked for registers the worker; the partition is left alone until it rings.
    """

    def __init__(self, store: WorkerStore, worker: str, partitions: int) -> None:
        self._store = store
        self._worker = worker
        self._all = range(partitions)
        self._promising = dict.fromkeys(self._all)
        self._registered: set[int] = set()
        self._doubtful: dict[int, None] = {}
        self._asked: int | None = None
        """Where an exchange is under way; after it broke, where it did."""

    @property
    def promising(self) -> bool:
        """Whether there is anywhere to look."""
        return bool(self._promising or self._doubtful)

    def rung(self, partition: int) -> None:
        """Take note that there is work in a partition."""
        self._registered.discard(partition)
        self._promising[partition] = None

    def look_everywhere(self) -> None:
        """Look into every partition the next time: what a lost bell announced must not wait for ever."""
        self._promising.update(dict.fromkeys(self._all))

    def failed(self) -> None:
        """Take note that an exchange with the store broke: there may be claims whose reply was lost."""
        if self._asked is not None:
            self._doubtful[self._asked] = None

    async def claim(self, free: int, suspects: int) -> list[QueueEntry]:
        """Claim at most ``free`` attempts, ``suspects`` of them suspects, from the next promising partition.

        Claims whose reply was lost come first and may exceed ``free``: they are this worker's already.
        """
        partition = self._asked = self._next()
        if partition in self._doubtful:
            claims = await self._store.claimed(partition, self._worker)
            del self._doubtful[partition]
        else:
            claims = await self._store.claim(partition, self._worker, free, suspects)
            if len(claims) < free:
                del self._promising[partition]
                self._registered.add(partition)
        self._asked = None
        return claims

    def _next(self) -> int:
        """Return where to look: not where it has just broken, if there is another: it may be on another server."""
        places = [*self._doubtful, *(one for one in self._promising if one not in self._doubtful)]
        return next((one for one in places if one != self._asked), places[0])

    async def withdraw(self) -> None:
        """With no slot free, let others be rung."""
        if self._registered:
            registered, self._registered = self._registered, set()
            self._promising.update(dict.fromkeys(registered))
            await self._store.withdraw(sorted(registered), self._worker)

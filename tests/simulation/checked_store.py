"""The memory store of a simulation, which is held to the invariants and can be set back as by a failover."""

import copy
from collections.abc import Callable, Sequence

from penstock.errors import PenstockError
from penstock.store.memory import MemoryStore
from penstock.store.memory.state import PartitionState, Pulse
from penstock.store.records import Commit, Committed, Refused
from simulation.checker import Checker


class CheckedStore(MemoryStore):
    """A memory store that holds every commit to the invariants, and counts those it refuses."""

    def __init__(self, partitions: int, clock: Callable[[], int]) -> None:
        super().__init__(partitions, clock)
        self.checker = Checker(self)
        self.refused = 0
        self.broken: Exception | None = None

    def snapshot(self) -> Sequence[PartitionState]:
        """Return a copy of all that is stored."""
        return copy.deepcopy(self._state.partitions, self._shared())

    def set_back(self, snapshot: Sequence[PartitionState]) -> None:
        """Put a copy in the place of what is stored; who waits for news looks again."""
        self._state.partitions = copy.deepcopy(snapshot, self._shared())

    def _shared(self) -> dict[int, object]:
        """What a copy must share with the original: the clock, and what tasks wait on."""
        shared: list[object] = [self._state.clock]
        for part in (self._state, *self._state.partitions):
            shared += [value for value in vars(part).values() if isinstance(value, Pulse)]
        return {id(value): value for value in shared}

    async def commit(self, commit: Commit) -> Committed | Refused:
        answer = await super().commit(commit)
        if isinstance(answer, Committed):
            try:
                await self.checker.committed(commit)
            except (AssertionError, PenstockError) as error:
                self.broken = self.broken or error
                raise
        else:
            self.refused += 1
        return answer

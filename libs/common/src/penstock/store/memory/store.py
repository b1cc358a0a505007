"""The whole store, opened by being made."""

from penstock.store import views as v
from penstock.store.memory.health import Health
from penstock.store.memory.notifying import Notifying
from penstock.store.memory.reads import Reads
from penstock.store.memory.requests import Requests
from penstock.store.memory.scheduling import Scheduling
from penstock.store.memory.state import Clock, State
from penstock.store.memory.watching import Watching
from penstock.store.memory.working import Working


class MemoryStore(Requests, Reads, Scheduling, Working, Health, Watching, Notifying):
    """See :class:`penstock.store.base.Store`. It lives and ends with its process, and belongs to one event loop.

    Every method changes all it changes without giving way to another task: what one sees of it is whole.
    """

    def __init__(self, partitions: int, clock: Clock) -> None:
        """Make an empty deployment; ``clock`` returns ms since the epoch and is asked for all times."""
        super().__init__(State(partitions, clock))

    @property
    def partitions(self) -> int:
        """Return how many partitions the deployment has."""
        return len(self._state.partitions)

    async def condition(self) -> v.Condition:
        """Find nothing wrong: there is no server."""
        return v.Condition()

    async def degraded(self) -> list[v.ServerTrouble]:
        """Find nothing wrong."""
        return []

    async def close(self) -> None:
        """Do nothing: there are no connections."""

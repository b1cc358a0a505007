"""How far the targets of notifications have come."""

from penstock.store import records as r
from penstock.store.memory.state import State


class Notifying:
    """See :class:`penstock.store.notifying.NotificationStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def notified(self, partition: int) -> dict[str, r.Notified]:
        """Return by target how far into the partition's log it has been notified."""
        return dict(self._state.partitions[partition].notified)

    async def set_notified(self, partition: int, term: int, target: str, done: r.Notified) -> bool:
        """Take note that a target was notified up to here; False, and nothing noted, when that cannot be."""
        state = self._state.partitions[partition]
        if state.head.term != term or state.head.seq < done.seq:
            return False
        state.notified[target] = done
        return True

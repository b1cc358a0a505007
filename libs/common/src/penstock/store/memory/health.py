"""How a partition fares."""

import msgspec

from penstock.store import records as r
from penstock.store.memory.state import State


class _Dated(msgspec.Struct):
    at: int = 0


class Health:
    """See :class:`penstock.store.base.HealthStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def schedulers(self) -> list[str]:
        """Return the schedulers that are alive."""
        now = self._state.clock()
        return sorted(name for name, until in self._state.schedulers.items() if until >= now)

    async def health(self, partition: int) -> r.PartitionHealth:
        """Return how a partition fares."""
        state, now = self._state.partitions[partition], self._state.clock()
        oldest = state.inbox.after("0-0", 1)
        last = msgspec.json.decode(state.log[-1].data, type=_Dated).at if state.log else now
        claims = [claim for queue in state.queues.values() for claim in queue.claims.values()]
        wake = min(state.timers.values(), default=now)
        return r.PartitionHealth(
            partition=partition,
            head=state.head,
            lease_ms=max(0, state.lease.until - now) if state.lease else 0,
            inbox=len(state.inbox),
            inbox_age_ms=max(0, now - int(oldest[0][0].partition("-")[0])) if oldest else 0,
            commit_age_ms=max(0, now - last),
            timers=len(state.timers),
            overdue_ms=max(0, now - wake),
            ready=sum(len(queue.ready) for queue in state.queues.values()),
            claims=len(claims),
            claim_idle_ms=max((now - claim.kept_at for claim in claims), default=0),
            dead_letters=len(state.dead),
        )

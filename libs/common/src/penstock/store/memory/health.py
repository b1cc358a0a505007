"""How a partition fares."""

from collections.abc import Sequence

import msgspec

from penstock.store import records as r
from penstock.store import views as v
from penstock.store.memory.state import State


class _Dated(msgspec.Struct):
    at: int = 0


class Health:
    """See :class:`penstock.store.base.HealthStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def server(self) -> v.ServerSettings:
        """Return what an operator would read of a server that is none."""
        return v.ServerSettings("memory", "master", 0, "noeviction", "no", "no")

    async def schedulers(self) -> list[str]:
        """Return the schedulers that are alive."""
        now = self._state.clock()
        return sorted(name for name, until in self._state.schedulers.items() if until >= now)

    async def health(self, partition: int) -> v.PartitionHealth:
        """Return how a partition fares."""
        state, now = self._state.partitions[partition], self._state.clock()
        oldest = state.inbox.after("0-0", 1)
        claims = [claim for queue in state.queues.values() for claim in queue.claims.values()]
        ready = [number for queue in state.queues.values() for number in queue.ready]
        first = min(ready, default=0)
        wake = min(state.timers.values(), default=now)
        return v.PartitionHealth(
            partition=partition,
            head=state.head,
            appended=state.log[-1].seq if state.log else 0,
            lease_ms=max(0, state.lease.until - now) if state.lease else 0,
            inbox=len(state.inbox),
            inbox_age_ms=max(0, now - int(oldest[0][0].partition("-")[0])) if oldest else 0,
            commit_age_ms=_age(now, state.log[-1:]),
            timers=len(state.timers),
            overdue_ms=max(0, now - wake),
            ready=len(ready),
            ready_age_ms=_age(now, state.log[first - 1 : first] if ready else []),
            claims=len(claims),
            claim_idle_ms=max((now - claim.kept_at for claim in claims), default=0),
            dead_letters=len(state.dead),
        )


def _age(now: int, entries: Sequence[r.LogEntry]) -> int:
    """Return how long ago the first of the events was, 0 where there is none."""
    return max(0, now - msgspec.json.decode(entries[0].data, type=_Dated).at) if entries else 0

"""How the server is configured, and how a partition fares."""

from collections.abc import Sequence

import msgspec

from penstock.core.react import QUEUES
from penstock.store import views as v
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.keys import WORKERS
from penstock.store.valkey.preflight import combined
from penstock.store.valkey.reads import parse_head
from penstock.store.valkey.survey import settings_of, survey

CLAIMS_LOOKED_AT = 100
"""Claims of a queue whose idle time is looked at: the oldest ones."""


class _Dated(msgspec.Struct):
    at: int = 0


_decode_dated = msgspec.json.Decoder(_Dated).decode


class Health:
    """See :class:`penstock.store.base.HealthStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def server(self) -> v.ServerSettings:
        """Return how the server is configured; of several that answer, the worst of each setting."""
        return combined(settings_of(await survey(self._db)))

    async def schedulers(self) -> list[str]:
        """Return the schedulers that are alive."""
        key = f"{self._db.prefix}:schedulers"
        now = await self._db.time(key)
        return sorted(name.decode() for name in await self._db.command("ZRANGEBYSCORE", key, now, "+inf"))

    async def health(self, partition: int) -> v.PartitionHealth:
        """Return how a partition fares."""
        keys = self._db.keys[partition]
        touched = [keys.head, keys.lease, keys.inbox, keys.log, keys.timers, keys.dead, *map(keys.queue, QUEUES)]
        answer = await self._db.run("health", touched, [WORKERS, CLAIMS_LOOKED_AT])
        now, head, lease, waiting, oldest, last, timers, first, dead, queues = answer
        begun = [queue[3] for queue in queues if queue[3]]
        return v.PartitionHealth(
            partition=partition,
            head=parse_head(head),
            appended=int(last[0].partition(b"-")[0]) if last else 0,
            lease_ms=max(0, lease),
            inbox=waiting,
            inbox_age_ms=max(0, now - int(oldest.partition(b"-")[0])) if oldest else 0,
            commit_age_ms=_age(now, last[1:]),
            timers=timers,
            overdue_ms=max(0, now - int(float(first))) if first else 0,
            ready=sum(length - claims for length, claims, *_ in queues),
            ready_age_ms=_age(now, begun),
            claims=sum(claims for _, claims, *_ in queues),
            claim_idle_ms=max(idle for _, _, idle, _ in queues),
            dead_letters=dead,
        )


def _age(now: int, events: Sequence[bytes]) -> int:
    """Return how long ago the oldest of the events was, 0 where there is none."""
    return max(0, now - min((_decode_dated(event).at for event in events), default=now))

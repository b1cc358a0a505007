"""How a partition fares, read in one round trip."""

from collections.abc import Sequence

import msgspec

from penstock.core.react import QUEUES
from penstock.store import records as r
from penstock.store.valkey.connection import Connection, Value
from penstock.store.valkey.keys import WORKERS
from penstock.store.valkey.reads import parse_head

CLAIMS_LOOKED_AT = 100
"""Claims of a queue whose idle time is looked at: the oldest ones."""


class _Dated(msgspec.Struct):
    at: int = 0


_decode_dated = msgspec.json.Decoder(_Dated).decode


class Health:
    """See :class:`penstock.store.base.HealthStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def schedulers(self) -> list[str]:
        """Return the schedulers that are alive."""
        key = f"{self._db.prefix}:schedulers"
        seconds, _ = await self._db.command("TIME")
        return sorted(
            name.decode() for name in await self._db.command("ZRANGEBYSCORE", key, int(seconds) * 1000, "+inf")
        )

    async def health(self, partition: int) -> r.PartitionHealth:
        """Return how a partition fares."""
        keys = self._db.keys[partition]
        commands: list[Sequence[Value]] = [
            ("TIME",),
            ("HGETALL", keys.head),
            ("PTTL", keys.lease),
            ("XLEN", keys.inbox),
            ("XRANGE", keys.inbox, "-", "+", "COUNT", 1),
            ("XREVRANGE", keys.log, "+", "-", "COUNT", 1),
            ("ZCARD", keys.timers),
            ("ZRANGE", keys.timers, 0, 0, "WITHSCORES"),
            ("XLEN", keys.dead),
            *(("XLEN", keys.queue(name)) for name in QUEUES),
            *(("XPENDING", keys.queue(name), WORKERS) for name in QUEUES),
            *(("XPENDING", keys.queue(name), WORKERS, "-", "+", CLAIMS_LOOKED_AT) for name in QUEUES),
        ]
        time, head, lease, waiting, oldest, last, timers, first, dead, *rest = await self._db.pipeline(commands)
        now = int(time[0]) * 1000 + int(time[1]) // 1000
        count = len(QUEUES)
        claims = sum(summary[0] for summary in rest[count : 2 * count])
        return r.PartitionHealth(
            partition=partition,
            head=parse_head(head),
            lease_ms=max(0, lease),
            inbox=waiting,
            inbox_age_ms=max(0, now - int(oldest[0][0].partition(b"-")[0])) if oldest else 0,
            commit_age_ms=max(0, now - _decode_dated(last[0][1][1]).at) if last else 0,
            timers=timers,
            overdue_ms=max(0, now - int(float(first[1] if len(first) == 2 else first[0][1]))) if first else 0,
            ready=sum(rest[:count]) - claims,
            claims=claims,
            claim_idle_ms=max((claim[2] for listed in rest[2 * count :] for claim in listed), default=0),
            dead_letters=dead,
        )

"""What a scheduler does with its partitions."""

from collections.abc import Sequence
from typing import Any

from penstock.core.events import SCHEMA_VERSION
from penstock.core.react import QUEUES
from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.node import LONGEST_WAIT_MS, Value
from penstock.store.valkey.payload import pack_commit
from penstock.store.valkey.preparing import prepare
from penstock.store.valkey.reads import byte_fields, parse_head, streams, text_fields

SWEEP_STEP = 100
"""Claims looked at in one script."""


class Scheduling:
    """See :class:`penstock.store.base.SchedulerStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def present(self, owner: str, ttl_ms: int) -> list[str]:
        """Say that this scheduler is alive; return all that are. Their clock is the server's."""
        key = f"{self._db.prefix}:schedulers"
        now = await self._db.time(key)
        *_, alive = await self._db.pipeline(
            [
                ("ZADD", key, now + ttl_ms, owner),
                ("ZREMRANGEBYSCORE", key, "-inf", f"({now}"),
                ("ZREMRANGEBYSCORE", key, f"({now + ttl_ms * r.CREDIBLE_LEASES}", "+inf"),
                ("ZRANGE", key, 0, -1),
            ]
        )
        return sorted(name.decode() for name in alive)

    async def leave(self, owner: str) -> None:
        """Say that this scheduler is no longer there."""
        await self._db.command("ZREM", f"{self._db.prefix}:schedulers", owner)

    async def take_over(self, partition: int, owner: str, lease_ms: int) -> r.Head | None:
        """Become the owner under a new term; None while another's lease lasts."""
        if partition in self._db.unprepared:
            await prepare(self._db, partition)
        keys = self._db.keys[partition]
        answer = await self._db.run(
            "take_over", [keys.head, keys.lease], [owner, lease_ms, lease_ms * r.CREDIBLE_LEASES]
        )
        return parse_head(answer) if answer else None

    async def renew(self, partition: int, owner: str, term: int, lease_ms: int) -> r.Committed | None:
        """Extend the lease; None when another term rules."""
        keys = self._db.keys[partition]
        answer = await self._db.run("renew", [keys.head, keys.lease, keys.timers], [owner, term, lease_ms])
        if not answer:
            await self._db.believe_absence(partition)
        return _committed(answer) if answer else None

    async def release(self, partition: int, owner: str, term: int) -> None:
        """Give the partition up."""
        keys = self._db.keys[partition]
        await self._db.run("release", [keys.head, keys.lease], [owner, term])

    def server_of(self, partition: int) -> str:
        """Return a name for the server that held the partition in the last exchange."""
        return self._db.topology.server_of(self._db.keys[partition].head)

    async def inbox(self, partition: int, after: str, limit: int, timeout_ms: int) -> list[r.Entry]:
        """Return inbox entries after ``after``. The group's cursor moves in the commit, not here."""
        streams_after = ("STREAMS", self._db.keys[partition].inbox, after)
        if timeout_ms <= 0:
            answer = await self._db.command("XREAD", "COUNT", limit, *streams_after)
        else:
            block = min(timeout_ms, LONGEST_WAIT_MS)
            answer = await self._db.wait("XREAD", "COUNT", limit, "BLOCK", block, *streams_after)
        if not answer:
            await self._db.believe_absence(partition)
        return [
            r.Entry(entry[0].decode(), byte_fields(entry[1]).get(b"fact", b""), int(entry[0].partition(b"-")[0]))
            for _, entries in streams(answer)
            for entry in entries
        ]

    async def commit(self, commit: r.Commit) -> r.Committed | r.Refused:
        """Apply a commit if the head is the one it builds upon.

        A queue on which somebody has put entries of his own is mended before the commit is tried once more.
        """
        keys = self._db.keys[commit.partition]
        touched = [
            *(keys.head, keys.lease, keys.log, keys.inbox, keys.timers, keys.counts),
            *(keys.dags, keys.current, keys.idle, keys.dead),
        ]
        arguments: list[Value] = [keys.base, pack_commit(commit), r.DEAD_LETTERS_KEPT]
        verdict, *rest = await self._db.run("commit", touched, arguments)
        for _ in QUEUES:
            if verdict == b"FOREIGN":
                await self._mend(commit, rest[0].decode())
                verdict, *rest = await self._db.run("commit", touched, arguments)
        if verdict == b"FOREIGN":
            raise StoreUnavailableError(f"Somebody keeps adding to the queue {rest[0].decode()!r} by hand.")
        if verdict == b"OK":
            return _committed(rest)
        return r.Refused(parse_head(rest[0]), lost=verdict == b"LOST")

    async def _mend(self, commit: r.Commit, queue: str) -> None:
        keys = self._db.keys[commit.partition]
        touched = [keys.head, keys.queue(queue), keys.dead, keys.mending(queue)]
        await self._db.run("mend", touched, [commit.term, r.DEAD_LETTERS_KEPT])

    async def load_runs(self, partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Return the stored fields of those of the runs that exist."""
        keys = self._db.keys[partition]
        stored = await self._db.pipeline([("HGETALL", keys.run(run_id)) for run_id in run_ids])
        return {run_id: text_fields(fields) for run_id, fields in zip(run_ids, stored, strict=True) if fields}

    async def due(self, partition: int, now: int, limit: int) -> list[str]:
        """Return runs whose timer is due."""
        timers = self._db.keys[partition].timers
        due = await self._db.command("ZRANGEBYSCORE", timers, "-inf", now, "LIMIT", 0, limit)
        return [run_id.decode() for run_id in due]

    async def sweep(
        self, partition: int, term: int, lease_ms: int, shown: int, tolerance_ms: int, most_ms: int = 0
    ) -> int | None:
        """Declare lost every claim that was not renewed for ``lease_ms``; None when the clock is not what it should."""
        keys = self._db.keys[partition]
        lost = 0
        clock_was_set = False
        for queue in QUEUES:
            place = b"-"
            while place:
                believed = 0 if clock_was_set else shown
                place, found = await self._db.run(
                    "sweep",
                    [keys.head, keys.queue(queue), keys.inbox],
                    [term, lease_ms, place, SWEEP_STEP, SCHEMA_VERSION, believed, tolerance_ms, most_ms],
                )
                clock_was_set = clock_was_set or found < 0
                lost += found
        return None if clock_was_set else lost

    async def queued(self, partition: int, places: Sequence[tuple[str, int]]) -> list[bool]:
        """Return for each place whether its attempt is there."""
        keys = self._db.keys[partition]
        answers = await self._db.pipeline(
            [("XRANGE", keys.queue(queue), f"{number}-0", f"{number}-0") for queue, number in places]
        )
        return [bool(entries) for entries in answers]

    async def retire(self, partition: int, idle_ms: int) -> None:
        """Forget the names of workers that hold nothing: servers never do, and every worker has a new one."""
        for queue in QUEUES:
            await self._db.run("retire", [self._db.keys[partition].queue(queue)], [idle_ms])


def _committed(answer: Sequence[Any]) -> r.Committed:
    now, *first = answer
    wake = first[0] if first else None
    return r.Committed(now, None if wake is None else int(float(wake)))

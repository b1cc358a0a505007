"""What a dashboard watches: many runs in one round trip, dead letters, and who works."""

from collections.abc import Sequence

import msgspec

from penstock.core.projection import SUMMARY_FIELD, decode_summary, decode_task, task_field
from penstock.core.run import RunSummary, TaskState
from penstock.ids import home_of_run
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.node import Value
from penstock.store.valkey.reads import text_fields

_decode_worker = msgspec.json.Decoder(r.WorkerPresence).decode


class Watching:
    """See :class:`penstock.store.watching.WatchStore`, and how workers announce themselves."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def summaries(self, run_ids: Sequence[str]) -> list[RunSummary]:
        """Return the summaries of those of the runs that exist, in the order asked for."""
        stored = await self._fields([(run_id, SUMMARY_FIELD) for run_id in run_ids])
        return [decode_summary(data) for data in stored if data]

    async def task_states(self, places: Sequence[tuple[str, int]]) -> list[TaskState | None]:
        """Return for each place the state of the task; None where it never moved."""
        stored = await self._fields([(run_id, task_field(number)) for run_id, number in places])
        return [decode_task(data) if data else None for data in stored]

    async def _fields(self, names: Sequence[tuple[str, str]]) -> list[bytes | None]:
        """Return a field of each of the runs; None where there is no such run, as a refused fact may name any."""
        homes = [home_of_run(run_id, self._db.partitions) for run_id, _ in names]
        commands: list[Sequence[Value]] = [
            ("HGET", self._db.keys[home].run(run_id), field)
            for home, (run_id, field) in zip(homes, names, strict=True)
            if home is not None
        ]
        found = iter(await self._db.pipeline(commands))
        return [None if home is None else next(found) for home in homes]

    async def dead_letters(self, partition: int, before: str, limit: int) -> list[v.KeptLetter]:
        """Return dead letters of a partition, newest first."""
        key = self._db.keys[partition].dead
        below = f"({before}" if before else "+"
        entries = await self._db.command("XREVRANGE", key, below, "-", "COUNT", limit)
        if not entries:
            await self._db.believe_absence(partition)
        return [_letter(entry[0].decode(), text_fields(entry[1])) for entry in entries]

    async def announce(self, worker: r.WorkerPresence, ttl_ms: int) -> None:
        """Say that a worker is alive, and how it fares."""
        arguments: list[Value] = [worker.name, msgspec.json.encode(worker), ttl_ms, ttl_ms * r.CREDIBLE_LEASES]
        await self._db.run("announce", [self._db.workers.until, self._db.workers.told], arguments)

    async def depart(self, name: str) -> None:
        """Say that a worker is no longer there."""
        # In this order: were only the first one carried out, the time that is left over would run out by itself.
        await self._db.pipeline([("HDEL", self._db.workers.told, name), ("ZREM", self._db.workers.until, name)])

    async def workers(self) -> list[r.WorkerPresence]:
        """Return the workers that are alive, by name."""
        told = await self._db.run("workers", [self._db.workers.until, self._db.workers.told], [])
        workers = [
            msgspec.structs.replace(_decode_worker(data), seen_at=seen_at)
            for seen_at, data in zip(told[::2], told[1::2], strict=True)
        ]
        return sorted(workers, key=lambda worker: worker.name)

    async def worker_count(self) -> int:
        """Return how many workers are alive."""
        now = await self._db.time(self._db.workers.until)
        return int(await self._db.command("ZCOUNT", self._db.workers.until, now, "+inf"))


def _letter(place: str, fields: dict[str, bytes]) -> v.KeptLetter:
    letter = r.DeadLetter(fields["id"].decode(), fields["fact"], fields["reason"].decode())
    return v.KeptLetter(place, letter)

"""What a worker does with attempts."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from penstock.core.codec import encode_event
from penstock.core.events import SCHEMA_VERSION, Report
from penstock.core.projection import task_field
from penstock.core.react import DEFAULT_QUEUE, QUEUES, SUSPECT_QUEUE
from penstock.errors import NewerSchemaError
from penstock.store import records as r
from penstock.store.valkey.connection import LONGEST_WAIT_MS, Call, Connection, Value
from penstock.store.valkey.keys import WORKERS
from penstock.store.valkey.reads import streams, text_fields


class Working:
    """See :class:`penstock.store.base.WorkerStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[r.QueueEntry]:
        """Claim ready attempts, suspects first; each is thereby reported as started."""
        keys = self._db.keys[partition]
        answer = await self._db.run(
            "claim",
            [keys.queue(SUSPECT_QUEUE), keys.queue(DEFAULT_QUEUE), keys.inbox, keys.idle],
            [worker, limit, SCHEMA_VERSION, suspects],
        )
        return [
            _queue_entry(partition, queue, entry)
            for queue, entries in zip((SUSPECT_QUEUE, DEFAULT_QUEUE), answer, strict=True)
            for entry in entries
        ]

    async def claimed(self, partition: int, worker: str) -> list[r.QueueEntry]:
        """Return what this worker has claimed and not yet reported."""
        claims: list[r.QueueEntry] = []
        for queue in QUEUES:
            key = self._db.keys[partition].queue(queue)
            answer = await self._db.command("XREADGROUP", "GROUP", WORKERS, worker, "STREAMS", key, "0")
            # An entry without fields was withdrawn between claim and read.
            claims += [_queue_entry(partition, queue, e) for _, entries in streams(answer) for e in entries if e[1]]
        return claims

    async def withdraw(self, partitions: Sequence[int], worker: str) -> None:
        """Stop being rung for work."""
        calls: list[Call] = []
        for partition in partitions:
            keys = self._db.keys[partition]
            calls.append(("withdraw", [keys.idle, keys.bell(worker)], [worker, keys.bell("")]))
        if calls:
            await self._db.run_all(calls)

    async def wait(self, worker: str, timeout_ms: int) -> list[r.Bell]:
        """Return what the worker is told, waiting at most ``timeout_ms``."""
        bells = {keys.bell(worker): partition for partition, keys in enumerate(self._db.keys)}
        seconds = max(1, min(timeout_ms, LONGEST_WAIT_MS)) / 1000
        answer = await self._db.wait("BLPOP", *bells, seconds)
        if not answer:
            return []
        partition = bells[answer[0].decode()]
        if answer[1] == b"work":
            return [r.Bell(partition)]
        run_id, attempt, task_id = answer[1].decode().split(" ", 2)
        return [r.Bell(partition, run_id, task_id, int(attempt))]

    async def heartbeat(self, worker: str, claims: Sequence[r.QueueEntry]) -> list[r.Beat]:
        """Keep the claims; return for each what has become of it."""
        groups: dict[tuple[int, str], list[int]] = {}
        for index, claim in enumerate(claims):
            groups.setdefault((claim.partition, claim.queue), []).append(index)
        calls: list[Call] = []
        for (partition, queue), indexes in groups.items():
            keys = self._db.keys[partition]
            runs = [keys.run(claims[index].run_id) for index in indexes]
            held = chain.from_iterable(_identity(claims[index]) for index in indexes)
            calls.append(("heartbeat", [keys.queue(queue), *runs], [worker, *held]))
        beats = [r.Beat.GONE] * len(claims)
        for indexes, answers in zip(groups.values(), await self._db.run_all(calls), strict=True):
            for index, answer in zip(indexes, answers, strict=True):
                beats[index] = r.Beat(answer.decode())
        return beats

    async def report(self, reports: Sequence[tuple[r.QueueEntry, Report]]) -> list[r.Answer]:
        """End claimed attempts with what is reported of them."""
        calls: list[Call] = []
        for claim, fact in reports:
            keys = self._db.keys[claim.partition]
            arguments = (fact.worker, *_identity(claim), task_field(claim.task), encode_event(fact))
            calls.append(("report", [keys.queue(claim.queue), keys.inbox, keys.run(claim.run_id)], arguments))
        return [r.Answer(answer.decode()) for answer in await self._db.run_all(calls)]

    async def append_output(self, claim: r.QueueEntry, first: int, lines: Sequence[tuple[int, str, str]]) -> None:
        """Add lines to the output of an attempt, except those that are there."""
        key = self._db.keys[claim.partition].output(claim.run_id, claim.task_id, claim.attempt)
        arguments: list[Value] = [first]
        for line in lines:
            arguments += line
        await self._db.run("append", [key], arguments)


def _identity(claim: r.QueueEntry) -> tuple[Value, ...]:
    return f"{claim.id}-0", claim.run_id, claim.task_id, claim.attempt


def _queue_entry(partition: int, queue: str, entry: Any) -> r.QueueEntry:  # noqa: ANN401  # an entry of a stream
    fields = {name: value.decode() for name, value in text_fields(entry[1]).items()}
    try:
        return r.QueueEntry(
            partition=partition,
            queue=queue,
            id=int(entry[0].partition(b"-")[0]),
            run_id=fields["run"],
            task_id=fields["task"],
            task=int(fields["number"]),
            attempt=int(fields["attempt"]),
            dag_id=fields["dag"],
            version=fields["version"],
        )
    except (KeyError, ValueError) as error:
        raise NewerSchemaError(f"A queue entry is not what this process knows ({error!r}): upgrade it.") from error

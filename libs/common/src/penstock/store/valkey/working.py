"""What a worker does with attempts."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

from penstock.core.codec import encode_event
from penstock.core.events import SCHEMA_VERSION, Report
from penstock.core.projection import task_field
from penstock.core.react import DEFAULT_QUEUE, QUEUES, SUSPECT_QUEUE
from penstock.errors import NewerSchemaError
from penstock.store import records as r
from penstock.store.valkey.connection import Call, Connection
from penstock.store.valkey.keys import WORKERS
from penstock.store.valkey.node import Command, Value
from penstock.store.valkey.reads import byte_fields, streams

T = TypeVar("T")


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
        if not partitions:
            return
        await self._withdraw(partitions, worker, rung=False)
        # A bell that was taken off the server before, and that nobody has heard yet, is passed on as well.
        bells = {partition: self._db.keys[partition].bell(worker) for partition in partitions}
        rung = [partition for partition, bell in bells.items() if self._db.take_back(worker, bell, _is_work)]
        if rung:
            await self._withdraw(rung, worker, rung=True)

    async def _withdraw(self, partitions: Sequence[int], worker: str, *, rung: bool) -> None:
        keys = [self._db.keys[partition] for partition in partitions]
        calls: list[Call] = [
            ("withdraw", [one.idle, one.bell(worker)], [worker, one.bell(""), int(rung)]) for one in keys
        ]
        await self._db.run_all(calls)

    async def wait(self, worker: str, timeout_ms: int) -> list[r.Bell]:
        """Return what the worker is told, waiting at most ``timeout_ms``."""
        bells = {keys.bell(worker): partition for partition, keys in enumerate(self._db.keys)}
        answers = await self._db.first(list(bells), _pop, timeout_ms, owner=worker)
        return [_bell(bells[bell.decode()], message) for bell, (message,) in answers]

    async def heartbeat(self, worker: str, claims: Sequence[r.QueueEntry]) -> list[r.Beat]:
        """Keep the claims; return for each what has become of it."""
        groups = _grouped((claim.partition, claim.queue) for claim in claims)
        calls: list[Call] = []
        for (partition, queue), places in groups.items():
            keys = self._db.keys[partition]
            runs = [keys.run(claims[place].run_id) for place in places]
            held = chain.from_iterable(_identity(claims[place]) for place in places)
            calls.append(("heartbeat", [keys.queue(queue), *runs], [worker, *held]))
        answers = _spread(groups.values(), await self._db.run_all(calls))
        return [r.Beat(answer.decode()) for answer in answers]

    async def report(self, reports: Sequence[tuple[r.QueueEntry, Report]]) -> list[r.Answer]:
        """End claimed attempts with what is reported of them."""
        groups = _grouped((claim.partition, claim.queue, fact.worker) for claim, fact in reports)
        calls: list[Call] = []
        for (partition, queue, worker), places in groups.items():
            keys = self._db.keys[partition]
            own = [reports[place] for place in places]
            runs = [keys.run(claim.run_id) for claim, _ in own]
            said = chain.from_iterable((*_identity(c), task_field(c.task), encode_event(fact)) for c, fact in own)
            calls.append(("report", [keys.queue(queue), keys.inbox, *runs], [worker, *said]))
        answers = _spread(groups.values(), await self._db.run_all(calls))
        return [r.Answer(answer.decode()) for answer in answers]

    async def append_output(self, claim: r.QueueEntry, first: int, lines: Sequence[tuple[int, str, str]]) -> None:
        """Add lines to the output of an attempt, except those that are there."""
        key = self._db.keys[claim.partition].output(claim.run_id, claim.task_id, claim.attempt)
        arguments: list[Value] = [first]
        for line in lines:
            arguments += line
        await self._db.run("append", [key], arguments)


def _grouped(names: Iterable[T]) -> dict[T, list[int]]:
    """Return for each name where it stands: one script can do what concerns one queue."""
    groups: dict[T, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(name, []).append(place)
    return groups


def _spread(groups: Iterable[Sequence[int]], answers: Iterable[Sequence[bytes]]) -> list[bytes]:
    """Return the answers of all groups in the order of what was asked."""
    placed = {place: one for pair in zip(groups, answers, strict=True) for place, one in zip(*pair, strict=True)}
    return [placed[place] for place in range(len(placed))]


def _pop(bells: Sequence[str], block_ms: int) -> Command:
    what: list[Value] = [len(bells), *bells, "LEFT"]
    return ("BLMPOP", block_ms / 1000, *what) if block_ms else ("LMPOP", *what)


def _is_work(answer: Any) -> bool:  # noqa: ANN401  # of a bell, what the server answers
    return bool(answer[1] == [b"work"])


def _bell(partition: int, message: bytes) -> r.Bell:
    if message == b"work":
        return r.Bell(partition)
    run_id, attempt, task_id = message.decode().split(" ", 2)
    return r.Bell(partition, run_id, task_id, int(attempt))


def _identity(claim: r.QueueEntry) -> tuple[Value, ...]:
    return f"{claim.id}-0", claim.run_id, claim.task_id, claim.attempt


def _queue_entry(partition: int, queue: str, entry: Any) -> r.QueueEntry:  # noqa: ANN401  # an entry of a stream
    fields = byte_fields(entry[1])
    try:
        return r.QueueEntry(
            partition=partition,
            queue=queue,
            id=int(entry[0].partition(b"-")[0]),
            run_id=fields[b"run"].decode(),
            task_id=fields[b"task"].decode(),
            task=int(fields[b"number"]),
            attempt=int(fields[b"attempt"]),
            dag_id=fields[b"dag"].decode(),
            version=fields[b"version"].decode(),
            traceparent=fields.get(b"traceparent", b"").decode(),
            ready_at=int(fields.get(b"ready_at", 0)),
        )
    except (KeyError, ValueError) as error:
        raise NewerSchemaError(f"A queue entry is not what this process knows ({error!r}): upgrade it.") from error

"""Projections and history, read without a script."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from penstock.core.dag import DagSpec, decode_dag
from penstock.core.projection import SUMMARY_FIELD, decode_run_fields, decode_summary, task_field
from penstock.core.react import QUEUES
from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.errors import NotFoundError
from penstock.ids import partition_of_dag, partition_of_run
from penstock.store import records as r
from penstock.store import views as v
from penstock.store.run_lists import Statuses, status_lists
from penstock.store.valkey.connection import Connection, emptied
from penstock.store.valkey.node import Command, Value
from penstock.together import together

_decode_dags = msgspec.json.Decoder(v.DagSummary)


class Reads:
    """See :class:`penstock.store.base.ReadStore` and :class:`penstock.store.base.AuditStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def dags(self) -> list[v.DagSummary]:
        """Return every DAG, by id."""
        answers = await self._db.pipeline([("HVALS", keys.dags) for keys in self._db.keys])
        if not any(answers):
            await self._db.believe_absence(*range(self._db.partitions))
        return sorted(map(_decode_dags.decode, chain.from_iterable(answers)), key=lambda dag: dag.dag_id)

    async def versions(self, dag_id: str) -> list[v.DagSummary]:
        """Return the versions of a DAG, the current one first, then the newest."""
        partition = partition_of_dag(dag_id, self._db.partitions)
        keys = self._db.keys[partition]
        stored, current = await self._db.pipeline([("HVALS", keys.versions(dag_id)), ("HGET", keys.current, dag_id)])
        if not stored:
            await self._db.believe_absence(partition)
        versions = [_decode_dags.decode(data) for data in stored]
        now = current.decode() if current else ""
        return sorted(versions, key=lambda dag: (dag.version == now, not dag.seq, dag.seq), reverse=True)

    async def definition(self, partition: int, version: str) -> DagSpec | None:
        """Return the definition of a version."""
        data = await self._db.command("GET", self._db.keys[partition].definition(version))
        if data is None:
            await self._db.believe_absence(partition)
        return None if data is None else decode_dag(data)

    async def run(self, run_id: str, numbers: Sequence[int] | None = None) -> v.RunView | None:
        """Return a run with all its tasks, or some."""
        try:
            partition = partition_of_run(run_id)
            keys = self._db.keys[partition]
        except (NotFoundError, IndexError):
            return None
        fields = await self._run_fields(keys.run(run_id), numbers)
        if SUMMARY_FIELD not in fields:
            await self._db.believe_absence(partition)
            return None
        return v.RunView(*decode_run_fields(fields))

    async def _run_fields(self, key: str, numbers: Sequence[int] | None) -> dict[str, bytes]:
        if numbers is None:
            return text_fields(await self._db.command("HGETALL", key))
        names = [SUMMARY_FIELD, *map(task_field, numbers)]
        values = await self._db.command("HMGET", key, *names)
        return {name: value for name, value in zip(names, values, strict=True) if value is not None}

    async def runs(self, dag_id: str, status: Statuses, limit: int, cursor: str, least: str = "") -> v.RunPage:
        """Return one page of runs: of each list its newest, merged."""
        partitions = [partition_of_dag(dag_id, self._db.partitions)] if dag_id else range(self._db.partitions)
        lists = status_lists(status)
        bounds = (f"({cursor}" if cursor else "+", f"[{least}" if least else "-", "LIMIT", 0, limit + 1)
        answers = await self._db.pipeline(
            [("ZREVRANGEBYLEX", self._db.keys[p].runs(dag_id, one or ""), *bounds) for p in partitions for one in lists]
        )
        if not any(answers):
            await self._db.believe_absence(*partitions)
        # A run that moves on while the lists are read may stand in two of them.
        ids = sorted({run_id.decode() for run_id in chain.from_iterable(answers)}, reverse=True)
        page = await self._summaries(ids[:limit])
        wanted = page if None in lists else [summary for summary in page if summary.status in lists]
        return v.RunPage(wanted, ids[limit - 1] if len(ids) > limit else "")

    async def _summaries(self, run_ids: Sequence[str]) -> list[RunSummary]:
        stored = await self._db.pipeline(
            [("HGET", self._db.keys[partition_of_run(run_id)].run(run_id), SUMMARY_FIELD) for run_id in run_ids]
        )
        return [decode_summary(data) for data in stored if data]

    async def run_events(self, run_id: str, after: int, limit: int) -> list[r.LogEntry]:
        """Return the run's events above seq ``after``, through the run's own index."""
        partition = partition_of_run(run_id)
        if partition >= self._db.partitions:
            return []
        keys = self._db.keys[partition]
        entries = await self._db.run("events", [keys.events(run_id), keys.log], [after, limit])
        if not entries:
            await self._db.believe_absence(partition)
        return [log_entry(partition, entry) for entry in entries]

    async def log(self, partition: int, after: int, limit: int) -> list[r.LogEntry]:
        """Return the log of a partition above seq ``after``."""
        entries = await self._db.command("XRANGE", self._db.keys[partition].log, f"({after}-0", "+", "COUNT", limit)
        if not entries:
            await self._db.believe_absence(partition)
        return [log_entry(partition, entry) for entry in entries]

    async def tail(self, positions: Mapping[int, int], timeout_ms: int) -> list[r.LogEntry]:
        """Return what follows in the logs: a viewer holds its own position and is never a consumer group."""
        by_key = {self._db.keys[partition].log: partition for partition in positions}

        def read(logs: Sequence[str], block_ms: int) -> Command:
            after = [f"{positions[by_key[log]]}-0" for log in logs]
            block = ("BLOCK", block_ms) if block_ms else ()
            return ("XREAD", "COUNT", 256, *block, "STREAMS", *logs, *after)

        answers = await self._db.first(list(by_key), read, timeout_ms)
        if not answers:
            await self._db.believe_absence(*positions)
        said = chain.from_iterable(map(streams, answers))
        return [log_entry(by_key[key], entry) for key, entries in said for entry in entries]

    async def head(self, partition: int) -> r.Head:
        """Return the head of a partition."""
        return parse_head(await self._db.command("HGETALL", self._db.keys[partition].head))

    async def figures(self) -> v.Figures:
        """Return the counts for the metrics."""
        parts = await together(*(self._partition_figures(p) for p in range(self._db.partitions)))
        runs: dict[str, int] = {}
        tasks: dict[str, int] = {}
        for part in parts:
            for status, count in part.runs.items():
                runs[status] = runs.get(status, 0) + count
            for status, count in part.tasks.items():
                tasks[status] = tasks.get(status, 0) + count
        totals = {name: sum(getattr(part, name) for part in parts) for name in _SUMMED}
        return v.Figures(runs=runs, tasks=tasks, **totals)

    async def _partition_figures(self, partition: int) -> v.Figures:
        keys = self._db.keys[partition]
        commands: list[Sequence[Value]] = [
            ("HLEN", keys.dags),
            ("HGETALL", keys.counts),
            ("XINFO", "GROUPS", keys.inbox),
            ("XLEN", keys.dead),
            ("HGET", keys.head, "seq"),
            *(("ZCARD", keys.runs(status=status)) for status in RunStatus),
            *(("XLEN", keys.queue(name)) for name in QUEUES),
            *(("XPENDING", keys.queue(name), "workers") for name in QUEUES),
        ]
        dags, counts, groups, dead, seq, *rest = await self._db.pipeline(commands)
        statuses, lengths, pending = rest[: len(RunStatus)], rest[-2 * len(QUEUES) : -len(QUEUES)], rest[-len(QUEUES) :]
        claimed = sum(entry[0] for entry in pending)
        return v.Figures(
            dags=dags,
            runs={str(status): count for status, count in zip(RunStatus, statuses, strict=True)},
            tasks={status: int(count) for status, count in text_fields(counts).items()},
            queue_depth=sum(lengths) - claimed,
            pending=claimed,
            inbox_lag=sum(int(group.get("lag") or 0) for group in map(text_fields, groups)),
            dead_letters=dead,
            events=int(seq or 0),
        )

    async def output(self, run_id: str, task_id: str, attempt: int, after: int, limit: int) -> list[v.OutputLine]:
        """Return lines an attempt printed with numbers above ``after``, in order: a line's id is its number."""
        partition = partition_of_run(run_id)
        if partition >= self._db.partitions:
            return []
        key = self._db.keys[partition].output(run_id, task_id, attempt)
        entries = await self._db.command("XRANGE", key, f"{after + 1}-0", "+", "COUNT", limit)
        if not entries:
            await self._db.believe_absence(partition)
        return [_output_line(entry) for entry in entries]

    async def output_sizes(self, run_id: str, task_id: str, attempts: Sequence[int]) -> list[v.OutputSize]:
        """Return for each of the attempts how much it has printed so far."""
        partition = partition_of_run(run_id)
        if partition >= self._db.partitions:
            return [v.OutputSize() for _ in attempts]
        keys = [self._db.keys[partition].output(run_id, task_id, attempt) for attempt in attempts]
        commands: list[Sequence[Value]] = [("XREVRANGE", key, "+", "-", "COUNT", 1) for key in keys]
        answers = await self._db.pipeline([*commands, *(("XLEN", key) for key in keys)])
        ends, lengths = answers[: len(keys)], answers[len(keys) :]
        if not any(lengths):
            await self._db.believe_absence(partition)
        return [v.OutputSize(_seq(end[0]) if end else 0, length) for end, length in zip(ends, lengths, strict=True)]

    async def event_indexes(self, partition: int, run_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return for each of the runs the seqs that its index of events holds."""
        keys = self._db.keys[partition]
        answers = await self._db.pipeline([("LRANGE", keys.events(run_id), 0, -1) for run_id in run_ids])
        return {run_id: list(map(int, seqs)) for run_id, seqs in zip(run_ids, answers, strict=True)}

    async def listed_runs(
        self, partition: int, dag_id: str, status: RunStatus | None, after: str, limit: int
    ) -> list[str]:
        """Return ids above ``after`` from the list of a DAG's runs in a status."""
        key = self._db.keys[partition].runs(dag_id, status or "")
        above = f"({after}" if after else "-"
        listed = await self._db.command("ZRANGEBYLEX", key, above, "+", "LIMIT", 0, limit)
        return [run_id.decode() for run_id in listed]

    async def timers(self, partition: int) -> dict[str, int]:
        """Return by run when each timer of the partition is due."""
        answer = await self._db.command("ZRANGE", self._db.keys[partition].timers, 0, -1, "WITHSCORES")
        # RESP2 sends members and scores as a flat list, RESP3 as pairs.
        flat = chain.from_iterable(answer) if answer and isinstance(answer[0], list) else answer
        return {run_id: int(float(due)) for run_id, due in text_fields(list(flat)).items()}

    async def task_counts(self, partition: int) -> dict[str, int]:
        """Return how many tasks of the partition's accepted runs are in each status."""
        counts = await self._db.command("HGETALL", self._db.keys[partition].counts)
        return {status: int(count) for status, count in text_fields(counts).items()}


_SUMMED = ("dags", "queue_depth", "pending", "inbox_lag", "dead_letters", "events")


def _output_line(entry: Any) -> v.OutputLine:  # noqa: ANN401  # RESP2 sends pairs as a flat list, RESP3 as a map
    # A search looks at hundreds of thousands: the fields are taken in the order in which append.lua writes them.
    fields = entry[1]
    at, stream, text = fields.values() if isinstance(fields, dict) else fields[1::2]
    return v.OutputLine(_seq(entry), int(at), stream.decode(), text.decode())


def byte_fields(answer: Any) -> dict[bytes, Any]:  # noqa: ANN401  # RESP2 sends pairs as a flat list, RESP3 as a map
    """Return a server's map."""
    return answer if isinstance(answer, dict) else dict(zip(answer[::2], answer[1::2], strict=True))


def text_fields(answer: Any) -> dict[str, Any]:  # noqa: ANN401  # likewise
    """Return a server's map with text keys."""
    return {key.decode(): value for key, value in byte_fields(answer).items()}


def streams(answer: Any) -> list[tuple[str, list[Any]]]:  # noqa: ANN401  # likewise
    """Return what XREAD answers as stream names and entries."""
    if not answer:
        return []
    pairs = answer.items() if isinstance(answer, dict) else answer
    return [(key.decode(), entries) for key, entries in pairs]


def log_entry(partition: int, entry: Any) -> r.LogEntry:  # noqa: ANN401  # likewise
    """Return a stream's entry as an event of a log."""
    fields = text_fields(entry[1])
    return r.LogEntry(partition, _seq(entry), fields["event"], fields.get("hash", b"").decode())


def _seq(entry: Any) -> int:  # noqa: ANN401  # likewise
    return int(entry[0].partition(b"-")[0])


def parse_head(answer: Any) -> r.Head:  # noqa: ANN401  # likewise
    """Return the head from the fields of its hash.

    Raises:
        StoreUnavailableError: there is none: somebody emptied the server.
    """
    fields = text_fields(answer)
    if "seq" not in fields:
        raise emptied("A partition has no head")
    return r.Head(
        seq=int(fields["seq"]),
        hash=fields["hash"].decode(),
        term=int(fields["term"]),
        owner=fields["owner"].decode(),
        cursor=fields["cursor"].decode(),
        incarnation=int(fields["incarnation"]),
    )

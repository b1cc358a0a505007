"""A small partition with a past, made by hand, and the means to tamper with it on the real server."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import msgspec
from redis.asyncio import Redis

from penstock.audit import Problem, verify_partition
from penstock.core import events as e
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.ids import new_run_id, partition_of_dag
from penstock.store import records as r
from penstock.store.base import Store
from penstock.store.valkey import open_valkey
from penstock.store.valkey.keys import PartitionKeys
from penstock_scheduler.engine import Engine

PARTITIONS = 4
Fields = dict[bytes, bytes]
"""Of one entry of the log."""

WORKER = "w"
LEASE_MS = 60_000
DAG_ID = "audited"
PARTITION = partition_of_dag(DAG_ID, PARTITIONS)


def definition(**tasks: Sequence[str]) -> DagSpec:
    """Return a version of the DAG; its tasks may fail once and are then retried after an hour."""
    specs = {
        name: TaskSpec(
            id=name,
            name=name,
            command="true",
            dependencies=tuple(upstream),
            retries=1,
            retry_delay_seconds=3600.0,
        )
        for name, upstream in tasks.items()
    }
    return DagSpec(id=DAG_ID, name="Audited", tasks=specs)


FIRST = definition(a=(), b=("a",), c=("a",), d=("b", "c"))
SECOND = definition(a=(), b=("a",))


class Past:
    """The partition's scheduler and its only worker, moved step by step."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self.store = store
        self.engine = engine
        self.succeeded = self.retrying = self.cancelled = self.ready = ""

    async def settle(self) -> None:
        """Take all facts of the inbox and decide what is due."""
        while True:
            entries = await self.store.inbox(PARTITION, self.engine.head.cursor, 100, 0)
            commit = await self.engine.step(entries, [], time.time_ns() // 1_000_000)
            if commit is None:
                return
            assert isinstance(await self.store.commit(commit), r.Committed)
            self.engine.committed(commit)

    async def register(self, dag: DagSpec) -> None:
        await self.store.register_dag(dag, dag_version(dag))
        await self.settle()

    async def request(self) -> str:
        """Request a run of the current version, without looking at it."""
        run_id = new_run_id(PARTITION, time.time_ns() // 1_000_000, secrets.token_bytes(10))
        await self.store.request_run(DAG_ID, run_id)
        return run_id

    async def begin(self) -> str:
        run_id = await self.request()
        await self.settle()
        return run_id

    async def fork(self) -> None:
        """Come back as after a failover that lost two events."""
        lost = msgspec.structs.replace(self.engine.head, seq=self.engine.head.seq + 2, hash="ab" * 32)
        commit = self.engine.fork(lost, time.time_ns() // 1_000_000)
        assert isinstance(await self.store.commit(commit), r.Committed)
        self.engine.committed(commit)

    async def claim(self) -> list[r.QueueEntry]:
        claims = await self.store.claim(PARTITION, WORKER, 10)
        await self.settle()
        return claims

    async def report(self, claim: r.QueueEntry, *, failed: bool = False) -> None:
        run_id, task_id, attempt = claim.run_id, claim.task_id, claim.attempt
        error = e.TaskError("exit", "It failed.")
        failure = e.TaskFailed(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER, error=error)
        success = e.TaskSucceeded(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER, output={"n": 1})
        await self.store.report([(claim, failure if failed else success)])
        await self.settle()

    async def finish(self) -> None:
        """Claim and complete everything that is ready, and what follows from it."""
        while claims := await self.claim():
            for claim in claims:
                await self.report(claim)

    async def live(self) -> None:
        """Make a past: a run that succeeded, one that retries in an hour, one cancelled, one whose task is ready."""
        await self.register(FIRST)
        self.succeeded = await self.begin()
        await self.finish()
        self.retrying = await self.begin()
        for claim in await self.claim():
            await self.report(claim, failed=True)
        await self.register(SECOND)
        self.cancelled = await self.begin()
        await self.store.cancel_run(self.cancelled)
        await self.settle()
        self.ready = await self.begin()


class Audited(Past):
    """A past on the real server, and a raw connection to what is stored of it."""

    def __init__(self, store: Store, engine: Engine, redis: Redis, keys: PartitionKeys) -> None:
        super().__init__(store, engine)
        self.redis = redis
        self.keys = keys

    async def log(self) -> list[Fields]:
        """Return the fields of all entries of the log."""
        entries = cast("list[tuple[bytes, Fields]]", await self.redis.xrange(self.keys.log))  # typed for any protocol
        return [fields for _, fields in entries]

    async def rewrite(self, log: list[Fields]) -> None:
        """Put another log in place of the one there is."""
        await self.redis.delete(self.keys.log)
        for seq, fields in enumerate(log, 1):
            await self.redis.xadd(self.keys.log, fields, id=f"{seq}-0")  # type: ignore[arg-type]  # invariant

    async def edit(self, seq: int, old: bytes, new: bytes) -> None:
        """Change an event where it stands."""
        log = await self.log()
        assert old in log[seq - 1][b"event"]
        log[seq - 1][b"event"] = log[seq - 1][b"event"].replace(old, new)
        await self.rewrite(log)

    async def rehash(self) -> None:
        """Make the chain fit the log as it is now, as somebody would who has the server to himself."""
        log = await self.log()
        link = GENESIS
        for seq, fields in enumerate(log, 1):
            link = extend_chain(PARTITION, 0, seq - 1, link, [fields[b"event"]])
            if b"hash" in fields:
                fields[b"hash"] = link.encode()
        await self.rewrite(log)
        await self.redis.hset(self.keys.head, "hash", link)

    async def find(self, kind: type[e.AnyEvent], run_id: str) -> int:
        """Return the seq of the run's first event of a kind."""
        for seq, fields in enumerate(await self.log(), 1):
            event = msgspec.json.decode(fields[b"event"])
            if event["type"] == kind.__name__ and event.get("run_id") == run_id:
                return seq
        raise AssertionError(f"no {kind.__name__} of {run_id}")


async def engine_of(store: Store) -> Engine:
    """Take the partition over."""
    head = await store.take_over(PARTITION, "scheduler", LEASE_MS)
    assert head is not None
    return Engine(PARTITION, head, store, LEASE_MS)


@asynccontextmanager
async def open_audited(url: str) -> AsyncIterator[Audited]:
    """Open a deployment of its own whose only used partition has a past."""
    prefix = f"t{secrets.token_hex(6)}"
    store = await open_valkey(url, prefix=prefix, partitions=PARTITIONS)
    redis = Redis.from_url(url)
    try:
        keys = PartitionKeys(prefix, PARTITION, PARTITIONS)
        audited = Audited(store, await engine_of(store), redis, keys)
        await audited.live()
        yield audited
    finally:
        await redis.aclose()
        await store.close()


Tamper = Callable[[Audited], Awaitable[object]]
"""Changes what is stored, behind the back of those who use it."""


def set_field(field: str, value: str) -> Tamper:
    """Write a stored field of the run that succeeded."""
    return lambda audited: audited.redis.hset(audited.keys.run(audited.succeeded), field, value)


def timer(run: str, due: int) -> Tamper:
    """Set the timer of one of the runs, named as ``Past`` names it, or of a run by that id; ``due`` in ms."""
    return lambda audited: audited.redis.zadd(audited.keys.timers, {getattr(audited, run, run): due})


async def problems_after(audited: Audited, tamper: Tamper) -> list[Problem]:
    """Tamper with a partition at rest; return what the auditor finds."""
    await tamper(audited)
    verdict = await verify_partition(audited.store, PARTITION)
    assert verdict.still
    return verdict.problems

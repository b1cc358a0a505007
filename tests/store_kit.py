"""What the tests of the stores share: definitions, runs, and a scheduler that is stepped by hand."""

from collections.abc import Mapping, Sequence
from typing import Self

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RunStatus
from penstock.ids import new_run_id, partition_of_dag
from penstock.store import records as r
from penstock.store.base import Store
from penstock_scheduler.engine import Engine
from stack import dag
from store_backends import HOUR_MS

EPOCH_MS = 1_700_000_000_000


def dag_id_in(partition: int, partitions: int = 2, series: str = "dag") -> str:
    """Return the first id of a series that lives in the partition."""
    number = 0
    while partition_of_dag(f"{series}{number}", partitions) != partition:
        number += 1
    return f"{series}{number}"


FIRST = dag_id_in(0)
"""The id of a DAG in partition 0."""
SECOND = dag_id_in(1)
"""The id of a DAG in partition 1."""


def run_id(number: int, partition: int = 0) -> str:
    """Return the id of the run made in the given ms after the epoch of these tests."""
    return new_run_id(partition, EPOCH_MS + number, bytes(10))


def fan(width: int) -> dict[str, tuple[str, ...]]:
    """Return tasks that wait for nothing."""
    return {f"t{number}": () for number in range(width)}


async def register(store: Store, spec: DagSpec) -> str:
    """Register a DAG; return its version."""
    version = dag_version(spec)
    await store.register_dag(spec, version)
    return version


class Reign:
    """One owner's time in one partition: a real engine, and a commit whenever the test wants one."""

    def __init__(self, store: Store, partition: int, head: r.Head) -> None:
        self.engine = Engine(partition, head, store, HOUR_MS)
        self.term = head.term
        self.partition = partition
        self._store = store
        self._owner = head.owner
        self._now = 0

    @classmethod
    async def begin(cls, store: Store, partition: int = 0, owner: str = "owner") -> Self:
        """Take the partition over."""
        head = await store.take_over(partition, owner, HOUR_MS)
        assert head is not None
        return cls(store, partition, head)

    async def prepare(self, limit: int = 1000) -> r.Commit | None:
        """Return the next commit without applying it."""
        answer = await self._store.renew(self.partition, self._owner, self.term, HOUR_MS)
        entries = await self._store.inbox(self.partition, self.engine.head.cursor, limit, 0)
        self._now = max([self._now, *([answer.now] if answer else []), *(entry.at for entry in entries)])
        due = await self._store.due(self.partition, self._now, 100)
        return await self.engine.step(entries, due, self._now)

    async def apply(self, commit: r.Commit) -> r.Committed:
        """Apply a commit that must succeed."""
        answer = await self._store.commit(commit)
        assert isinstance(answer, r.Committed), answer
        self.engine.committed(commit)
        return answer

    async def step(self, limit: int = 1000) -> r.Commit:
        """Prepare and apply a commit; return it."""
        commit = await self.prepare(limit)
        assert commit is not None
        await self.apply(commit)
        return commit

    async def settle(self) -> None:
        """Commit until nothing is left to do."""
        while (commit := await self.prepare()) is not None:
            await self.apply(commit)

    async def give_up(self) -> None:
        """Release the partition."""
        await self._store.release(self.partition, self._owner, self.term)


async def started(
    store: Store,
    tasks: Mapping[str, Sequence[str]],
    number: int = 1,
    *,
    retries: int = 0,
    retry_delay_seconds: float = 0.0,
) -> tuple[Reign, str]:
    """Register a DAG in partition 0, request a run of it and step until its first tasks are ready."""
    spec = dag(FIRST, tasks, retries=retries, retry_delay_seconds=retry_delay_seconds)
    await register(store, spec)
    run = run_id(number)
    await store.request_run(FIRST, run)
    reign = await Reign.begin(store)
    await reign.settle()
    return reign, run


def success(claim: r.QueueEntry, worker: str = "w") -> e.TaskSucceeded:
    """Return the report that an attempt succeeded."""
    return e.TaskSucceeded(
        run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker=worker, exit_code=0
    )


def failure(claim: r.QueueEntry, worker: str = "w") -> e.TaskFailed:
    """Return the report that an attempt failed."""
    error = e.TaskError("exit", "exit code 1")
    return e.TaskFailed(
        run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker=worker, exit_code=1, error=error
    )


async def facts(store: Store, partition: int = 0) -> list[e.AnyEvent]:
    """Return the facts that wait in the inbox."""
    return [decode_event(entry.data) for entry in await store.inbox(partition, "0-0", 10_000, 0)]


async def status_of(store: Store, run: str) -> RunStatus:
    """Return the status of a run that exists."""
    view = await store.run(run)
    assert view is not None
    return view.summary.status


def presence(name: str, *, busy: int = 0) -> r.WorkerPresence:
    """Return what a worker tells of itself."""
    return r.WorkerPresence(
        name=name,
        host="here",
        pid=7,
        version="1.2.3",
        queues=["suspects", "default"],
        slots=4,
        busy=busy,
        succeeded=5,
        failed=6,
        up_ms=60_000,
        executing=[r.Executing(run_id(1), "t", 1, 500)] * busy,
    )

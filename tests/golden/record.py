"""How the golden logs were made: scenarios put through the real engine, with every time and id given.

Run by hand when a new schema version needs logs of its own: ``PYTHONPATH=tests python tests/golden/record.py``. It
writes ``tests/golden/v<schema version>/`` and refuses to touch a file that exists: what was recorded once must be
readable for ever.

Beside the logs it writes ``schema.json``: what an event of that version may hold.

The first line of a log says which partition and incarnation the log is of, the hash that ends its chain, and the
digest of the projections that the engine wrote. Each further line is one event, byte for byte as stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import cast

import msgspec

from core_kit import digest
from penstock.core import events as e
from penstock.core.chain import GENESIS
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.notify import NotifySpec, Occasion
from penstock.store import records as r
from penstock.store.base import SchedulerStore
from penstock_scheduler.engine import Engine

PARTITION = 3
BEGINNING = 1_767_225_600_000  # 2026-01-01T00:00:00Z
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ERROR = e.TaskError("exit", "The command ended with exit code 1.")


class Shelf:
    """As much of a store as the engine reads from: definitions, and the stored fields of runs."""

    def __init__(self) -> None:
        self.definitions: dict[str, DagSpec] = {}
        self.runs: dict[str, dict[str, bytes]] = {}

    async def definition(self, _partition: int, version: str) -> DagSpec | None:
        return self.definitions.get(version)

    async def load_runs(self, _partition: int, run_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
        return {run_id: self.runs[run_id] for run_id in run_ids if run_id in self.runs}


class Recorder:
    """A partition served by an engine; each call takes facts, in one step, one second after the call before."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.log: list[bytes] = []
        self._shelf = Shelf()
        head = r.Head(seq=0, hash=GENESIS, term=1, owner="recorder", cursor="0-0", incarnation=0)
        store = cast("SchedulerStore", self._shelf)  # the engine asks for nothing that a shelf lacks
        self._engine = Engine(PARTITION, head, store, lease_ms=10_000)

    async def register(self, dag: DagSpec) -> None:
        self._shelf.definitions[dag_version(dag)] = dag
        await self.take(e.DagRegistered(dag_id=dag.id, version=dag_version(dag), definition=dag))

    async def request(self, run_id: str, dag: DagSpec, traceparent: str = "") -> None:
        version = dag_version(dag)
        await self.take(e.RunRequested(run_id=run_id, dag_id=dag.id, version=version, traceparent=traceparent))

    async def take(self, *facts: e.AnyEvent) -> None:
        self.now += 1000
        entries = [r.Entry(f"{self.now}-{n}", encode_event(fact), self.now) for n, fact in enumerate(facts)]
        await self._step(entries, [])

    async def wait(self, run_id: str, seconds: int) -> None:
        """Let time pass until the timer of a run is due."""
        self.now += seconds * 1000
        await self._step([], [run_id])

    async def _step(self, entries: list[r.Entry], due: list[str]) -> None:
        commit = await self._engine.step(entries, due, self.now)
        assert commit is not None
        self.log += commit.events
        for write in commit.runs:
            self._shelf.runs.setdefault(write.run_id, {}).update(write.fields)
        self._engine.committed(commit)

    def fork(self) -> None:
        """Come back after a failover, when events that were seen are gone."""
        self.now += 1000
        head = self._engine.head
        commit = self._engine.fork(msgspec.structs.replace(head, seq=head.seq + 2, hash="ab" * 32), self.now)
        self.log += commit.events
        self._engine.committed(commit)

    def lines(self) -> list[bytes]:
        head = self._engine.head
        header = {
            "partition": PARTITION,
            "incarnation": head.incarnation,
            "hash": head.hash,
            "state": digest(self._shelf.runs),
        }
        return [msgspec.json.encode(header), *self.log]


class Attempts:
    """The reports of one worker about the attempts of one run."""

    def __init__(self, recorder: Recorder, run_id: str, worker: str = "worker-1") -> None:
        self._recorder = recorder
        self._run_id = run_id
        self._worker = worker

    def started(self, task_id: str, attempt: int = 1) -> e.TaskStarted:
        return e.TaskStarted(run_id=self._run_id, task_id=task_id, attempt=attempt, worker=self._worker)

    def succeeded(self, task_id: str, attempt: int = 1, output: object = None) -> e.TaskSucceeded:
        return e.TaskSucceeded(
            run_id=self._run_id,
            task_id=task_id,
            attempt=attempt,
            worker=self._worker,
            duration_ms=12,
            exit_code=0 if output is None else None,
            output=output,
        )

    def failed(self, task_id: str, attempt: int = 1) -> e.TaskFailed:
        return e.TaskFailed(
            run_id=self._run_id,
            task_id=task_id,
            attempt=attempt,
            worker=self._worker,
            duration_ms=34,
            exit_code=1,
            error=ERROR,
        )

    def lost(self, task_id: str, attempt: int = 1) -> e.TaskLost:
        return e.TaskLost(run_id=self._run_id, task_id=task_id, attempt=attempt, worker=self._worker)

    def returned(self, task_id: str, attempt: int = 1) -> e.TaskReturned:
        return e.TaskReturned(run_id=self._run_id, task_id=task_id, attempt=attempt, worker=self._worker)

    def killed(self, task_id: str, attempt: int = 1) -> e.TaskCancelled:
        return e.TaskCancelled(
            run_id=self._run_id, task_id=task_id, attempt=attempt, worker=self._worker, duration_ms=56
        )

    async def done(self, task_id: str, attempt: int = 1) -> None:
        await self._recorder.take(self.started(task_id, attempt))
        await self._recorder.take(self.succeeded(task_id, attempt))


def task(name: str, *dependencies: str, retries: int = 0) -> TaskSpec:
    return TaskSpec(id=name, name=name, command=f"echo {name}", dependencies=dependencies, retries=retries)


def dag(dag_id: str, *tasks: TaskSpec) -> DagSpec:
    return DagSpec(id=dag_id, name=f"Golden {dag_id}", tasks={spec.id: spec for spec in tasks})


def run_id(number: int) -> str:
    return f"01kdvmph{number:018d}-{PARTITION}"


async def begin(recorder: Recorder, definition: DagSpec, number: int = 1) -> tuple[str, Attempts]:
    await recorder.register(definition)
    await recorder.request(run_id(number), definition)
    return run_id(number), Attempts(recorder, run_id(number))


async def diamond_succeeds(recorder: Recorder) -> None:
    """Two branches, of which the second ends last; one task has an output."""
    _, attempts = await begin(recorder, dag("diamond", task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c")))
    await attempts.done("a")
    await recorder.take(attempts.started("b"), attempts.started("c"))
    await recorder.take(attempts.succeeded("c", output={"rows": [1, 2.5, None, "größer"]}))
    await recorder.take(attempts.succeeded("b"))
    await attempts.done("d")


async def retries_are_spent(recorder: Recorder) -> None:
    """Three failures, two waits, and the end, later than the definition allows for."""
    told = (NotifySpec("ops"), NotifySpec("everybody", (Occasion.LATE, Occasion.SUCCEEDED)))
    stubborn = dag("stubborn", task("a", retries=2))
    stubborn = msgspec.structs.replace(stubborn, late_after_seconds=90.5, notify=told)
    run, attempts = await begin(recorder, stubborn)
    for attempt in (1, 2, 3):
        await recorder.take(attempts.started("a", attempt))
        await recorder.take(attempts.failed("a", attempt))
        if attempt < 3:
            await recorder.wait(run, 60)


async def cancelled_in_the_middle(recorder: Recorder) -> None:
    """Cancelled while tasks run, wait, retry and lie ready; a claim and a second cancellation come too late."""
    definition = dag("cancelled", task("runs"), task("retries", retries=1), task("ready"), task("waits", "runs"))
    run, attempts = await begin(recorder, definition)
    await recorder.take(attempts.started("runs"), attempts.started("retries"))
    await recorder.take(attempts.failed("retries"))
    await recorder.take(e.RunCancelled(run_id=run), e.RunCancelled(run_id=run))
    await recorder.take(attempts.started("ready"))
    await recorder.take(attempts.killed("runs"))
    await recorder.take(e.RunCancelled(run_id=run))


async def worker_is_lost(recorder: Recorder) -> None:
    """The first worker falls silent and reports too late, the second gives the attempt back, the third finishes it."""
    run, first = await begin(recorder, dag("lost", task("a"), task("b", "a")))
    second, third = Attempts(recorder, run, "worker-2"), Attempts(recorder, run, "worker-3")
    await recorder.take(first.started("a"))
    await recorder.take(first.lost("a"))
    await recorder.take(second.started("a", 2), first.succeeded("a", 1))
    await recorder.take(second.returned("a", 2))
    await third.done("a", 3)
    await third.done("b")


async def upstream_fails(recorder: Recorder) -> None:
    """One branch fails and takes its dependents with it; the other is done."""
    tasks = (task("a"), task("b", "a"), task("c", "b", "x"), task("x"), task("y", "x"))
    _, attempts = await begin(recorder, dag("broken", *tasks))
    await recorder.take(attempts.started("a"), attempts.started("x"))
    await recorder.take(attempts.failed("a"))
    await recorder.take(attempts.succeeded("x"))
    await attempts.done("y")


async def runs_interleave(recorder: Recorder) -> None:
    """Runs of two DAGs and two versions side by side, one in a trace, and a request for a version that is none."""
    one, two = dag("one", task("a"), task("b", "a")), dag("two", task("a"), task("b"))
    newer = msgspec.structs.replace(
        dag("one", task("a"), task("b", "a"), task("c", "b")), tags=("golden", "größer als zuvor")
    )
    _, first = await begin(recorder, one, 1)
    await recorder.register(two)
    await recorder.request(run_id(2), two, traceparent=TRACEPARENT)
    second = Attempts(recorder, run_id(2))
    await recorder.take(first.started("a"), second.started("b"))
    _, third = await begin(recorder, newer, 3)
    await recorder.take(second.succeeded("b"), first.succeeded("a"), third.started("a"), second.started("a"))
    await recorder.request(run_id(4), dag("one", task("unregistered")))
    await recorder.take(third.succeeded("a"), second.failed("a"), first.started("b"))
    await third.done("b")
    await recorder.take(first.succeeded("b"), third.started("c"), third.succeeded("c"))


async def log_forks(recorder: Recorder) -> None:
    """The log loses its last events in the middle of a run and goes on as another branch."""
    _, attempts = await begin(recorder, dag("forked", task("a"), task("b", "a")))
    await recorder.take(attempts.started("a"))
    recorder.fork()
    await recorder.take(attempts.succeeded("a"))
    await attempts.done("b")


SCENARIOS: Sequence[Callable[[Recorder], Awaitable[None]]] = (
    diamond_succeeds,
    retries_are_spent,
    cancelled_in_the_middle,
    worker_is_lost,
    upstream_fails,
    runs_interleave,
    log_forks,
)


async def record(scenario: Callable[[Recorder], Awaitable[None]]) -> bytes:
    """Return the file that a scenario makes."""
    recorder = Recorder()
    await scenario(recorder)
    return b"\n".join(recorder.lines()) + b"\n"


def schema() -> bytes:
    """Return what an event may hold, as JSON schema without prose."""
    return msgspec.json.format(msgspec.json.encode(_without_prose(msgspec.json.schema(e.AnyEvent)), order="sorted"))


def _without_prose(part: object) -> object:
    if isinstance(part, dict):
        kept = {name: inner for name, inner in part.items() if not (name == "description" and isinstance(inner, str))}
        return {name: _without_prose(inner) for name, inner in kept.items()}
    if isinstance(part, list):
        return [_without_prose(inner) for inner in part]
    return part


async def main() -> None:
    directory = Path(__file__).parent / f"v{e.SCHEMA_VERSION}"
    directory.mkdir(exist_ok=True)
    with (directory / "schema.json").open("xb") as file:
        file.write(schema() + b"\n")
    for scenario in SCENARIOS:
        with (directory / f"{scenario.__name__}.jsonl").open("xb") as file:
            file.write(await record(scenario))


if __name__ == "__main__":
    asyncio.run(main())

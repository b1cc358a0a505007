"""A partition served by the real engine, with every time and id given, and what a scenario puts through it."""

from collections.abc import Sequence
from typing import cast

import msgspec

from core_kit import digest
from penstock.core import events as e
from penstock.core.chain import GENESIS
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.store import records as r
from penstock.store.base import SchedulerStore
from penstock_scheduler.engine import Engine

PARTITION = 3
BEGINNING = 1_767_225_600_000  # 2026-01-01T00:00:00Z
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

"""What the tests of the core share: small DAGs written in one line, one run moved by hand, and state to compare."""

import hashlib
from collections.abc import Mapping, Sequence

from penstock.core import events as e
from penstock.core.accept import accept
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields
from penstock.core.react import react
from penstock.core.run import Run, TaskState
from penstock.core.status import TaskStatus

RUN = "r"
WORKER = "w"
MANY = 1000


def small_dag(**tasks: Sequence[str]) -> DagSpec:
    """Return a DAG from the dependencies of each task."""
    return DagSpec(id="d", name="d", tasks={name: _task(name, dependencies) for name, dependencies in tasks.items()})


def retrying_dag(**tasks: Sequence[str]) -> DagSpec:
    """Return a DAG whose tasks may each fail once."""
    return DagSpec(id="d", name="d", tasks={name: _task(name, upstream, 1) for name, upstream in tasks.items()})


def _task(name: str, dependencies: Sequence[str], retries: int = 0) -> TaskSpec:
    return TaskSpec(
        id=name,
        name=name,
        command="true",
        dependencies=tuple(dependencies),
        retries=retries,
        retry_delay_seconds=1.0,
    )


def state_of(partition: Partition) -> dict[str, object]:
    """Return everything that makes up a partition's state, to compare."""
    runs = {run_id: (all_run_fields(run), run.frontier.snapshot()) for run_id, run in partition.runs.items()}
    return {"current": dict(partition.current), "plans": set(partition.plans), "runs": runs}


def digest(runs: Mapping[str, Mapping[str, bytes]]) -> str:
    """Return one hash over the stored fields of all runs."""
    sha = hashlib.sha256()
    for run_id, fields in sorted(runs.items()):
        for name, data in sorted(fields.items()):
            sha.update(f"{run_id} {name} ".encode() + data + b"\n")
    return sha.hexdigest()


def fold(log: Sequence[e.AnyEvent]) -> Partition:
    """Return the state that a whole log leads to."""
    partition = Partition()
    for seq, event in enumerate(log, 1):
        evolve(partition, event, seq)
    return partition


class ByHand:
    """One run of one DAG; the test is the scheduler and the workers."""

    def __init__(self, dag: DagSpec) -> None:
        self.partition = Partition()
        self.seq = 0
        self.now = 1000
        version = dag_version(dag)
        self.do(e.DagRegistered(dag_id=dag.id, version=version, definition=dag))
        self.do(e.RunRequested(at=self.now, run_id=RUN, dag_id=dag.id, version=version))

    @property
    def run(self) -> Run:
        return self.partition.runs[RUN]

    def task(self, task_id: str) -> TaskState:
        return self.run.tasks[self.run.plan.number[task_id]]

    def statuses(self) -> dict[str, TaskStatus]:
        return {spec.id: task.status for spec, task in zip(self.run.plan.tasks, self.run.tasks, strict=True)}

    def do(self, event: e.AnyEvent) -> None:
        """Put an event into the log, as if it had been accepted or decided."""
        self.seq += 1
        evolve(self.partition, event, self.seq)

    def offer(self, fact: e.AnyEvent) -> e.AnyEvent | None:
        """Offer a fact; what it becomes enters the log."""
        event = accept(self.partition, fact, self.now, f"inbox:{self.seq}-0")
        if event is not None:
            self.do(event)
        return event

    def due(self, room: int = MANY, limit: int = MANY) -> list[e.AnyRunEvent]:
        """Return what is due now."""
        return react(self.run, self.now, room, limit)

    def decide(self) -> list[e.AnyRunEvent]:
        """Let everything that is due happen; return it."""
        done: list[e.AnyRunEvent] = []
        while decisions := self.due():
            for decision in decisions:
                self.do(decision)
            done += decisions
        return done

    def start(self, task_id: str) -> None:
        """Have a worker claim the ready attempt."""
        self.offer(e.TaskStarted(run_id=RUN, task_id=task_id, attempt=self.task(task_id).attempt, worker=WORKER))

    def succeed(self, task_id: str) -> e.AnyEvent | None:
        return self.offer(
            e.TaskSucceeded(run_id=RUN, task_id=task_id, attempt=self.task(task_id).attempt, worker=WORKER)
        )

    def fail(self, task_id: str) -> e.AnyEvent | None:
        error = e.TaskError("exit", "It failed.")
        attempt = self.task(task_id).attempt
        return self.offer(e.TaskFailed(run_id=RUN, task_id=task_id, attempt=attempt, worker=WORKER, error=error))

    def lose(self, task_id: str) -> e.AnyEvent | None:
        return self.offer(e.TaskLost(run_id=RUN, task_id=task_id, attempt=self.task(task_id).attempt, worker=WORKER))

    def give_back(self, task_id: str) -> e.AnyEvent | None:
        attempt = self.task(task_id).attempt
        return self.offer(e.TaskReturned(run_id=RUN, task_id=task_id, attempt=attempt, worker=WORKER))

    def kill(self, task_id: str) -> e.AnyEvent | None:
        attempt = self.task(task_id).attempt
        return self.offer(e.TaskCancelled(run_id=RUN, task_id=task_id, attempt=attempt, worker=WORKER))

    def complete(self, task_id: str) -> None:
        """Have a ready task started and done, and decide what follows."""
        self.start(task_id)
        self.succeed(task_id)
        self.decide()

    def cancel(self) -> e.AnyEvent | None:
        return self.offer(e.RunCancelled(run_id=RUN))

"""What the log says of each run, task and attempt, held to the invariants while it is read.

Deliberately independent of the product's own fold: nothing of its state machine is used here.
"""

from collections.abc import Callable

from penstock.core import events as e
from penstock.core.dag import DagSpec, TaskSpec

MOST_LOSSES = 3
"""How often a task may be lost before it has failed for good."""

LOST, RETURNED, CANCELLED, SUCCEEDED = "lost", "returned", "cancelled", "succeeded"


class Attempt:
    """One try of a task. ``ends`` says how it ended, each time somebody said so; of a failure, its kind."""

    def __init__(self) -> None:
        self.worker = ""
        self.starts = 0
        self.ends: list[str] = []


class TaskLife:
    """One task of a run: its attempts in order, and the final statuses it was given."""

    def __init__(self, spec: TaskSpec) -> None:
        self.spec = spec
        self.attempts: list[Attempt] = []
        self.fates: list[str] = []

    def count(self, end: str) -> int:
        """Return how many attempts ended so."""
        return sum(attempt.ends == [end] for attempt in self.attempts)


class RunLife:
    """One run: its tasks by id, and the final statuses it was given."""

    def __init__(self, spec: DagSpec, version: str) -> None:
        self.dag_id = spec.id
        self.version = version
        self.tasks = {name: TaskLife(task) for name, task in spec.tasks.items()}
        self.fates: list[str] = []
        self.cancelled = False


class Lives:
    """All runs of one partition. ``blame`` takes what is wrong."""

    def __init__(self, blame: Callable[[str], None]) -> None:
        self.runs: dict[str, RunLife] = {}
        self.versions: dict[str, DagSpec] = {}
        self.rejected: list[e.FactRejected] = []
        self._blame = blame

    def take(self, event: e.AnyEvent) -> None:
        """Take the next event of the log."""
        match event:
            case e.DagRegistered():
                self.versions[event.version] = event.definition
            case e.LogForked():
                self._blame(f"the log was declared forked: {event}")
            case e.FactRejected():
                self.rejected.append(event)
            case e.RunRequested():
                if event.run_id in self.runs:
                    self._blame(f"run {event.run_id} was accepted twice")
                self.runs[event.run_id] = RunLife(self.versions[event.version], event.version)
            case _:
                self._run_event(self.runs[event.run_id], event)

    def _run_event(self, run: RunLife, event: e.AnyRunEvent) -> None:
        if run.fates:
            self._blame(f"{type(event).__name__} after the end of run {event.run_id}")
        if isinstance(event, e.RunFinished):
            run.fates.append(str(event.status))
            self._check_end(event.run_id, run)
        elif isinstance(event, e.RunCancelled):
            run.cancelled = True
        elif isinstance(event, e.TaskEvent):
            self._task_event(run, event, f"task {event.task_id} of run {event.run_id}")

    def _task_event(self, run: RunLife, event: e.TaskEvent, where: str) -> None:
        task = run.tasks[event.task_id]
        if task.fates:
            self._blame(f"{type(event).__name__} after the end of {where}")
        if isinstance(event, e.TaskReady):
            self._ready(run, task, event, where)
        elif isinstance(event, e.TaskUpstreamFailed):
            if run.tasks[event.upstream].fates[-1:] in ([], [SUCCEEDED]):
                self._blame(f"{where} is blocked by {event.upstream}, which did not fail")
            task.fates.append("upstream_failed")
        elif event.attempt:
            self._attempt_event(task, event, f"attempt {event.attempt} of {where}")
        else:
            task.fates.append(CANCELLED)

    def _ready(self, run: RunLife, task: TaskLife, event: e.TaskReady, where: str) -> None:
        if event.attempt != len(task.attempts) + 1:
            self._blame(f"attempt {event.attempt} of {where} follows {len(task.attempts)} attempts")
        if task.attempts and not task.attempts[-1].ends:
            self._blame(f"attempt {event.attempt} of {where} began before the one before it had ended")
        if any(run.tasks[upstream].fates != [SUCCEEDED] for upstream in task.spec.dependencies):
            self._blame(f"{where} became ready before its dependencies had succeeded")
        task.attempts.append(Attempt())
        spare = task.count(LOST) + task.count(RETURNED)
        if len(task.attempts) > task.spec.retries + 1 + spare:
            self._blame(f"{where} has {len(task.attempts)} attempts with {task.spec.retries} retries, {spare} spare")

    def _attempt_event(self, task: TaskLife, event: e.TaskEvent, where: str) -> None:
        if event.attempt != len(task.attempts):
            self._blame(f"{type(event).__name__} of {where}, when attempt {len(task.attempts)} was the present one")
            return
        attempt = task.attempts[-1]
        if attempt.ends:
            self._blame(f"{type(event).__name__} after the end of {where}")
        if isinstance(event, e.TaskStarted):
            attempt.starts += 1
            attempt.worker = event.worker
        else:
            if not attempt.starts and not isinstance(event, e.TaskCancelled):
                self._blame(f"{type(event).__name__} before the start of {where}")
            self._end(task, attempt, event)
        if attempt.starts > 1:
            self._blame(f"{where} started twice")
        if task.count(LOST) > MOST_LOSSES:
            self._blame(f"{where} was lost {task.count(LOST)} times")

    def _end(self, task: TaskLife, attempt: Attempt, event: e.TaskEvent) -> None:
        match event:
            case e.TaskSucceeded():
                attempt.ends.append(SUCCEEDED)
                task.fates.append(SUCCEEDED)
            case e.TaskCancelled():
                attempt.ends.append(CANCELLED)
                task.fates.append(CANCELLED)
            case e.TaskFailed() | e.TaskLost() | e.TaskReturned():
                kind = event.error.kind if isinstance(event, e.TaskFailed) else ""
                attempt.ends.append(kind or (LOST if isinstance(event, e.TaskLost) else RETURNED))
                if not event.retry_at:
                    task.fates.append("failed")

    def _check_end(self, run_id: str, run: RunLife) -> None:
        fates = {fate for task in run.tasks.values() for fate in task.fates}
        if not all(task.fates for task in run.tasks.values()):
            self._blame(f"run {run_id} ended before all of its tasks had")
        expected = "cancelled" if run.cancelled else "succeeded" if fates == {SUCCEEDED} else "failed"
        if run.fates != [expected]:
            self._blame(f"run {run_id} ended as {run.fates}; its tasks and requests say {expected}")

"""One step of a partition: the events it appends and everything they change, gathered into one commit."""

import msgspec

from penstock.core import events as e
from penstock.core.chain import extend_chain
from penstock.core.codec import encode_event
from penstock.core.dag import encode_dag
from penstock.core.partition import Partition, evolve
from penstock.core.projection import run_fields
from penstock.core.run import Run
from penstock.core.status import RunStatus, TaskStatus
from penstock.store import records as r
from penstock.store import views as v
from penstock_scheduler.spans import Loss

_RUNNING_TASK = TaskStatus.RUNNING


class _Touched:
    """What a step does to one run."""

    __slots__ = ("before", "counts", "events", "new", "numbers")

    def __init__(self, run: Run, *, new: bool) -> None:
        self.new = new
        self.before = run.summary.status
        self.counts = {} if new else dict(run.summary.counts)
        self.events: list[int] = []
        self.numbers: set[int] = set()


class Intake(msgspec.Struct, frozen=True):
    """What a step took in: up to which inbox entry, how many, which were unreadable, which due runs do not exist."""

    cursor: str
    consumed: int
    dead: list[r.DeadLetter]
    unknown: list[str]


class Step:
    """Events applied to a partition's memory, to be committed together."""

    def __init__(self, number: int, partition: Partition, seq: int) -> None:
        self.size = 0
        self._number = number
        self._partition = partition
        self._seq = seq
        self.applied: list[e.AnyEvent] = []
        self.losses: list[Loss] = []
        self._events: list[bytes] = []
        self._touched: dict[str, _Touched] = {}
        self._dags: list[r.DagWrite] = []
        self._ready: list[r.QueueEntry] = []
        self._withdrawn: list[r.Withdrawal] = []
        self._stops: list[r.Stop] = []

    @property
    def touched(self) -> list[str]:
        """The runs that this step is about."""
        return list(self._touched)

    def look_at(self, run: Run) -> None:
        """Set the run's timer anew with this step, whether or not anything happens to it."""
        self._touch(run, new=False)

    def apply(self, event: e.AnyEvent) -> None:
        """Give the event its place in the log, evolve the partition, and note what follows for the store."""
        self.size += 1
        seq = self._seq + self.size
        self._events.append(encode_event(event))
        self.applied.append(event)
        if isinstance(event, e.RunEvent):
            self._apply_to_run(event, seq)
            return
        evolve(self._partition, event, seq)
        if isinstance(event, e.DagRegistered):
            self._dags.append(_dag_write(event, seq))

    def commit(self, head: r.Head, wakes: dict[str, int | None], intake: Intake, lease_ms: int) -> r.Commit:
        """Return the commit of all that was applied, to follow ``head``; ``wakes`` are the touched runs' timers."""
        counts: dict[str, int] = {}
        runs = [self._run_write(run_id, touched, wakes[run_id], counts) for run_id, touched in self._touched.items()]
        return r.Commit(
            partition=self._number,
            term=head.term,
            seq=head.seq,
            hash=head.hash,
            new_hash=extend_chain(self._number, head.incarnation, head.seq, head.hash, self._events),
            incarnation=head.incarnation,
            after=head.cursor,
            cursor=intake.cursor or head.cursor,
            consumed=intake.consumed,
            lease_ms=lease_ms,
            events=self._events,
            ready=self._ready,
            runs=runs,
            dags=self._dags,
            counts={status: difference for status, difference in counts.items() if difference},
            withdrawn=self._withdrawn,
            stops=self._stops,
            dead=intake.dead,
            idle=intake.unknown,
        )

    def _apply_to_run(self, event: e.AnyRunEvent, seq: int) -> None:
        run = self._partition.runs.get(event.run_id)
        if run is None:
            evolve(self._partition, event, seq)
            if isinstance(event, e.RunRequested):
                self._touch(self._partition.runs[event.run_id], new=True).events.append(seq)
            return
        touched = self._touch(run, new=False)
        if type(event) is e.TaskCancelled:
            self._withdraw(event)
        evolve(self._partition, event, seq)
        touched.events.append(seq)
        self._note(run, touched, event, seq)

    def _touch(self, run: Run, *, new: bool) -> _Touched:
        run_id = run.summary.run_id
        touched = self._touched.get(run_id)
        if touched is None:
            touched = self._touched[run_id] = _Touched(run, new=new)
        return touched

    def _note(self, run: Run, touched: _Touched, event: e.AnyRunEvent, seq: int) -> None:
        if isinstance(event, e.TaskEvent):
            number = run.plan.number[event.task_id]
            touched.numbers.add(number)
            if type(event) is e.TaskReady:
                self._ready.append(_queue_entry(self._number, run, number, event, seq))
            elif type(event) is e.TaskLost:
                self.losses.append(Loss(event, run.tasks[number].started_at))
            elif run.summary.status is RunStatus.CANCELLING and type(event) is e.TaskStarted:
                self._stops.append(r.Stop(event.worker, event.run_id, event.task_id, event.attempt))
        elif isinstance(event, e.RunCancelled):
            self._stops += [
                r.Stop(task.worker, event.run_id, spec.id, task.attempt)
                for spec, task in zip(run.plan.tasks, run.tasks, strict=True)
                if task.status is _RUNNING_TASK
            ]

    def _withdraw(self, event: e.TaskCancelled) -> None:
        """A task that is cancelled while it is ready leaves the queue, whoever may just have claimed it."""
        run = self._partition.runs[event.run_id]
        task = run.tasks[run.plan.number[event.task_id]]
        if task.status is TaskStatus.READY:
            self._withdrawn.append(r.Withdrawal(task.queue, task.ready_seq, event.run_id, event.task_id, task.attempt))

    def _run_write(self, run_id: str, touched: _Touched, wake: int | None, counts: dict[str, int]) -> r.RunWrite:
        run = self._partition.runs[run_id]
        for status, count in run.summary.counts.items():
            counts[status] = counts.get(status, 0) + count
        for status, count in touched.counts.items():
            counts[status] = counts.get(status, 0) - count
        return r.RunWrite(
            run_id=run_id,
            dag_id=run.summary.dag_id,
            new=touched.new,
            before=RunStatus.REQUESTED if touched.new else touched.before,
            after=run.summary.status,
            fields=run_fields(run, sorted(touched.numbers)),
            events=touched.events,
            wake=wake,
        )


def _dag_write(event: e.DagRegistered, seq: int) -> r.DagWrite:
    summary = v.summarise_dag(event.definition, event.version, event.at, seq)
    return r.DagWrite(event.dag_id, event.version, msgspec.json.encode(summary), encode_dag(event.definition))


def _queue_entry(partition: int, run: Run, number: int, event: e.TaskReady, seq: int) -> r.QueueEntry:
    traceparent = run.summary.traceparent
    return r.QueueEntry(
        partition=partition,
        queue=event.queue,
        id=seq,
        run_id=event.run_id,
        task_id=event.task_id,
        task=number,
        attempt=event.attempt,
        dag_id=run.summary.dag_id,
        version=run.summary.version,
        traceparent=traceparent,
        ready_at=run.tasks[number].ready_at if traceparent else 0,
    )

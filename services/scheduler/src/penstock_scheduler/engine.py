"""The decisions of one partition: facts in, one commit out.

The engine holds what is loaded of the partition. Whatever goes wrong with a commit, it is thrown away and made anew
from the store.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.accept import accept
from penstock.core.codec import decode_event
from penstock.core.partition import Partition
from penstock.core.plan import compile_plan
from penstock.core.projection import SUMMARY_FIELD, decode_summary, load_run
from penstock.core.react import next_wake, react
from penstock.core.run import Run
from penstock.core.status import TaskStatus
from penstock.errors import NewerSchemaError, SchemaError
from penstock.store import records as r
from penstock.store.base import SchedulerStore
from penstock_scheduler.spans import Loss
from penstock_scheduler.step import Intake, Step
from penstock_scheduler.vanished import OPEN, Attempt

DECISIONS = 512
"""Decisions in one commit, at most."""

READY_WINDOW = 1024
"""Attempts of a partition that may lie on the queue at once, shared by the runs that have more to give."""

LEAST_SHARE = 32
"""Attempts that any run may have on the queue, however many runs there are."""

LOADED_TASKS = 500_000
"""Tasks of runs kept in memory, unless told otherwise."""

TASKS_OF_A_RUN = 8
"""What a run takes beside its tasks, in tasks: 2 KiB and 0.2 KiB were measured."""

LOADED_PLANS = 64
"""Plans kept in memory; beyond, those that no loaded run follows are forgotten."""


class Engine:
    """One partition in memory, and the head that the next commit follows."""

    def __init__(
        self, number: int, head: r.Head, store: SchedulerStore, lease_ms: int, loaded_tasks: int = LOADED_TASKS
    ) -> None:
        """Beyond ``loaded_tasks``, the runs that were still the longest are forgotten, and loaded when needed.

        A run counts as ``TASKS_OF_A_RUN`` more. What the last commit was about is kept in any case.
        """
        self.head = head
        self.applied: Sequence[e.AnyEvent] = ()
        """The events of the commit under way."""
        self.losses: Sequence[Loss] = ()
        """The attempts that it declares lost."""
        self._number = number
        self._store = store
        self._lease_ms = lease_ms
        self._partition = Partition()
        self._agenda: dict[str, None] = {}
        self._crowded: set[str] = set()
        self._loaded = 0
        self._loaded_tasks = loaded_tasks

    @property
    def runs(self) -> Mapping[str, Run]:
        """The runs that are loaded."""
        return self._partition.runs

    @property
    def busy(self) -> bool:
        """Whether decisions are left that did not fit into the last commit."""
        return bool(self._agenda)

    async def step(
        self, entries: Sequence[r.Entry], due: Sequence[str], now: int, vanished: Sequence[Attempt] = ()
    ) -> r.Commit | None:
        """Take facts from the inbox, runs whose timer is due, attempts to be taken for lost; return what to commit.

        Returns:
            None for nothing.

        Raises:
            NewerSchemaError: a fact or a definition was written by a newer Penstock: step aside.
        """
        facts, dead = _read(entries)
        await self._load([fact for fact, _ in facts], [*due, *(attempt.run_id for attempt in vanished)])
        step = Step(self._number, self._partition, self.head.seq)
        dead += self._accept(step, facts)
        for attempt in vanished:
            self._lose(step, attempt, now)
        unknown = [run_id for run_id in due if run_id not in self._partition.runs]
        for run_id in due:
            if run_id in self._partition.runs:
                step.look_at(self._partition.runs[run_id])
        self._agenda.update(dict.fromkeys(step.touched))
        self._decide(step, now)
        if not (step.size or entries or due):
            return None
        wakes = {run_id: next_wake(run, self._room(run)) for run_id, run in self._runs(step.touched)}
        self._agenda.update(dict.fromkeys(run_id for run_id, wake in wakes.items() if wake == 0))
        self.applied, self.losses = step.applied, step.losses
        intake = Intake(entries[-1].id if entries else "", len(entries), dead, unknown)
        return step.commit(self.head, wakes, intake, self._lease_ms)

    def fork(self, lost: r.Head, now: int) -> r.Commit:
        """Return the commit that declares a new branch of the log, when ``lost`` is a head seen before that is gone."""
        self.head = replace(self.head, incarnation=max(self.head.incarnation, lost.incarnation) + 1)
        step = Step(self._number, self._partition, self.head.seq)
        step.apply(
            e.LogForked(
                at=now,
                cause="failover",
                incarnation=self.head.incarnation,
                kept_seq=self.head.seq,
                lost_seq=lost.seq,
                lost_hash=lost.hash,
            )
        )
        self.applied, self.losses = step.applied, step.losses
        return step.commit(self.head, {}, Intake("", 0, [], []), self._lease_ms)

    def committed(self, commit: r.Commit) -> None:
        """Take note that a commit was applied."""
        self.head = replace(self.head, seq=commit.seq + len(commit.events), hash=commit.new_hash, cursor=commit.cursor)
        self.applied, self.losses = (), ()
        self._forget(commit.runs)

    def _accept(self, step: Step, facts: Sequence[tuple[e.AnyEvent, r.Entry]]) -> list[r.DeadLetter]:
        """Turn facts into events; return those that could not be judged."""
        dead: list[r.DeadLetter] = []
        for fact, entry in facts:
            try:
                event = accept(self._partition, fact, entry.at, f"inbox:{entry.id}")
            except (NewerSchemaError, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001  # accept changes nothing: one fact must not stop the partition
                dead.append(r.DeadLetter(entry.id, entry.data, f"Not judged: {error!r}"))
                continue
            if event is not None:
                step.apply(event)
        return dead

    def _runs(self, run_ids: Sequence[str]) -> list[tuple[str, Run]]:
        return [(run_id, self._partition.runs[run_id]) for run_id in run_ids]

    def _decide(self, step: Step, now: int) -> None:
        """Ask every run on the agenda what is due, each for its share of the commit."""
        agenda, self._agenda = self._agenda, {}
        share = max(1, DECISIONS // max(1, len(agenda)))
        for run_id in agenda:
            run = self._partition.runs.get(run_id)
            if run is None:
                continue
            left = min(share, DECISIONS - step.size)
            while left > 0 and (decisions := react(run, now, self._room(run), left)):
                for decision in decisions:
                    step.apply(decision)
                left -= len(decisions)
            if left <= 0:
                self._agenda[run_id] = None
            self._note_crowd(run_id, run)

    def _lose(self, step: Step, attempt: Attempt, now: int) -> None:
        """Take an attempt for lost; one that was not said to have started is said so first, as its lifecycle wants."""
        run = self._partition.runs.get(attempt.run_id)
        task = None if run is None else run.tasks[attempt.number]
        if run is None or task is None or task.ready_seq != attempt.seq or task.status not in OPEN:
            return
        kinds = (e.TaskStarted, e.TaskLost) if task.status is TaskStatus.READY else (e.TaskLost,)
        task_id, worker = run.plan.tasks[attempt.number].id, task.worker or "unknown"
        for kind in kinds:
            fact = kind(run_id=attempt.run_id, task_id=task_id, attempt=task.attempt, worker=worker)
            event = accept(self._partition, fact, now, f"log:{attempt.seq}")
            if event is not None:
                step.apply(event)

    def _note_crowd(self, run_id: str, run: Run) -> None:
        if run.frontier.startable:
            self._crowded.add(run_id)
        else:
            self._crowded.discard(run_id)

    def _room(self, run: Run) -> int:
        """Return how many more attempts of the run may go on the queue."""
        share = max(LEAST_SHARE, READY_WINDOW // max(1, len(self._crowded)))
        return max(0, share - run.count(TaskStatus.READY))

    async def _load(self, facts: Sequence[e.AnyEvent], due: Sequence[str]) -> None:
        """Bring into memory every run and every version that the facts are about."""
        named = [fact.run_id for fact in facts if isinstance(fact, e.RunEvent)]
        missing = [run_id for run_id in dict.fromkeys([*named, *due]) if run_id not in self._partition.runs]
        stored = await self._store.load_runs(self._number, missing) if missing else {}
        for fact in facts:
            if isinstance(fact, e.RunRequested):
                await self._load_plan(fact.version)
        for run_id, fields in stored.items():
            summary = decode_summary(fields[SUMMARY_FIELD])
            if summary.seq and await self._load_plan(summary.version):
                run = load_run(fields, self._partition.plans[summary.version])
                self._partition.runs[run_id] = run
                self._loaded += _weight(run)

    async def _load_plan(self, version: str) -> bool:
        if version not in self._partition.plans:
            dag = await self._store.definition(self._number, version)
            if dag is None:
                return False
            self._partition.plans[version] = compile_plan(dag, version)
        return True

    def _forget(self, written: Sequence[r.RunWrite]) -> None:
        """Drop runs that have ended, and the stillest ones when too much is loaded."""
        runs = self._partition.runs
        for write in written:
            run = runs.pop(write.run_id)
            self._loaded += _weight(run) if write.new else 0
            if run.ended:
                self._drop(write.run_id, run)
            else:
                runs[write.run_id] = run  # the last touched stands last
        if self._loaded > self._loaded_tasks:
            for run_id in self._stillest({write.run_id for write in written}):
                self._drop(run_id, runs.pop(run_id))
        if len(self._partition.plans) > LOADED_PLANS:
            used = {run.summary.version for run in runs.values()}
            self._partition.plans = {v: plan for v, plan in self._partition.plans.items() if v in used}

    def _stillest(self, busy: set[str]) -> list[str]:
        """Return the runs that are too many, without those that the next step may be about."""
        surplus, found = self._loaded - self._loaded_tasks, []
        for run_id, run in self._partition.runs.items():
            if surplus <= 0 or run_id in busy:
                break  # from there on they are all busy: the last touched stand last
            if run_id not in self._agenda:
                surplus -= _weight(run)
                found.append(run_id)
        return found

    def _drop(self, run_id: str, run: Run) -> None:
        self._loaded -= _weight(run)
        self._crowded.discard(run_id)


def _weight(run: Run) -> int:
    return len(run.tasks) + TASKS_OF_A_RUN


def _read(entries: Sequence[r.Entry]) -> tuple[list[tuple[e.AnyEvent, r.Entry]], list[r.DeadLetter]]:
    """Return the facts that can be read, and a dead letter for each that cannot."""
    facts: list[tuple[e.AnyEvent, r.Entry]] = []
    dead: list[r.DeadLetter] = []
    for entry in entries:
        try:
            facts.append((decode_event(entry.data), entry))
        except NewerSchemaError:
            raise
        except SchemaError as error:
            dead.append(r.DeadLetter(entry.id, entry.data, str(error)))
    return facts, dead

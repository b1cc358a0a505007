"""The core as a state machine that hypothesis drives: it chooses every step, and shrinks a history that goes wrong.

Facts come late, twice, out of order and about what cannot be; the clock jumps both ways; runs are dropped from memory
and loaded again. What must hold is looked at after each step, on DAGs of up to 200 tasks.
"""

from collections import Counter
from itertools import cycle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import strategies
from core_driver import EPOCH, FORGED, forged
from core_kit import MANY, WORKER
from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES, accept
from penstock.core.codec import decode_event, encode_event
from penstock.core.dag import DagSpec, dag_version
from penstock.core.frontier import Frontier
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields, load_run
from penstock.core.react import react
from penstock.core.run import Run
from penstock.core.status import RUN_ENDED, TASK_ENDED, RunStatus, TaskStatus

HOUR_MS = 3_600_000
MOST_TASKS = 200
MOST_TURNS = 10 * MOST_TASKS * (MAX_LOSSES + 4)

REPORTS = {
    "starts": e.TaskStarted,
    "succeeds": e.TaskSucceeded,
    "fails": e.TaskFailed,
    "is lost": e.TaskLost,
    "is given back": e.TaskReturned,
    "is killed": e.TaskCancelled,
}

OUTCOMES = sorted(REPORTS.keys() - {"starts"})

picks = st.integers(0, 10_000)
"""Which of several: taken modulo how many there are."""

rarely = st.sampled_from((False,) * 15 + (True,))


class PartitionMachine(RuleBasedStateMachine):
    """One partition with its log, its queue, and workers; ``shadow`` is the fold of the log as it is stored."""

    def __init__(self) -> None:
        super().__init__()
        self.now = EPOCH
        self.partition, self.shadow = Partition(), Partition()
        self.seq = self.facts_read = 0
        self.queue: list[e.TaskReady] = []
        self.claimed: list[e.TaskReady] = []
        self.late: list[e.AnyEvent] = []
        self.facts: list[e.AnyEvent] = []
        self.ready: Counter[tuple[str, str]] = Counter()
        self.ends: Counter[tuple[str, str, int]] = Counter()
        self.spare: Counter[tuple[str, str]] = Counter()
        self.final: dict[tuple[str, str], str] = {}

    @initialize(dag=strategies.dags(most_tasks=MOST_TASKS))
    def register(self, dag: DagSpec) -> None:
        self.version = dag_version(dag)
        self.read(e.DagRegistered(dag_id=dag.id, version=self.version, definition=dag))
        self.request()

    @rule()
    @precondition(lambda self: len(self.partition.runs) < 3)
    def request(self) -> None:
        self.read(e.RunRequested(run_id=f"r{len(self.partition.runs)}", dag_id="d", version=self.version))

    @rule(pick=picks, really=rarely)
    def cancel(self, pick: int, really: bool) -> None:
        if really:
            self.read(e.RunCancelled(run_id=f"r{pick % len(self.partition.runs)}"))

    @rule(pick=picks, late=st.booleans())
    @precondition(lambda self: self.queue)
    def claim(self, pick: int, late: bool) -> None:
        entry = self.queue.pop(pick % len(self.queue))
        self.claimed.append(entry)
        self.send(outcome(entry, "starts"), late=late)

    @rule(pick=picks, how=st.sampled_from(OUTCOMES), late=st.booleans())
    @precondition(lambda self: self.claimed)
    def report(self, pick: int, how: str, late: bool) -> None:
        self.send(outcome(self.claimed.pop(pick % len(self.claimed)), how), late=late)

    @rule(picked=st.lists(picks, max_size=30), hows=st.lists(st.sampled_from(OUTCOMES), min_size=1))
    def work(self, picked: list[int], hows: list[str]) -> None:
        """Several attempts in a row are executed, and the scheduler decides what follows."""
        for pick, how in zip(picked, cycle(hows), strict=False):
            if self.queue:
                self.claim(pick, late=False)
                self.report(-1, how, late=False)
            self.decide(pick, MOST_TASKS, MOST_TASKS)

    @rule(pick=picks)
    @precondition(lambda self: self.late)
    def deliver_what_was_late(self, pick: int) -> None:
        self.read(self.late.pop(pick % len(self.late)))

    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        self.read(self.facts[pick % len(self.facts)])

    @rule(pick=picks, attempt=st.integers(0, 4), fact=st.sampled_from(FORGED), known=st.booleans())
    def forge(self, pick: int, attempt: int, fact: dict[str, object], known: bool) -> None:
        task_id = f"t{pick % MOST_TASKS}" if known else "nothing"
        run_id = f"r{pick % len(self.partition.runs)}" if known else "nobody"
        self.read(forged(fact, run_id, task_id, attempt))

    @rule(pick=picks, room=st.integers(0, MOST_TASKS), limit=st.integers(1, MOST_TASKS))
    def decide(self, pick: int, room: int, limit: int) -> None:
        for event in react(self.partition.runs[f"r{pick % len(self.partition.runs)}"], self.now, room, limit):
            self.append(event)

    @rule(ms=st.integers(-HOUR_MS, HOUR_MS))
    def set_the_clock(self, ms: int) -> None:
        self.now = max(1, self.now + ms)

    @rule()
    def drop_memory(self) -> None:
        for run_id, run in self.partition.runs.items():
            self.partition.runs[run_id] = load_run(all_run_fields(run), run.plan)

    def send(self, fact: e.AnyEvent, *, late: bool) -> None:
        """Have a worker put a fact into the inbox, now or later than others that come after it."""
        if late:
            self.late.append(fact)
        else:
            self.read(fact)

    def read(self, fact: e.AnyEvent) -> None:
        """Read a fact from the inbox, as the scheduler does."""
        self.facts.append(fact)
        self.facts_read += 1
        before = self.seq
        event = accept(self.partition, decode_event(encode_event(fact)), self.now, f"inbox:{self.facts_read}-0")
        if event is not None:
            self.append(event)
        assert self.seq - before <= 1

    def append(self, event: e.AnyEvent) -> None:
        """Put an event into the log; what cannot be must not get there."""
        self.seq += 1
        evolve(self.partition, event, self.seq)
        evolve(self.shadow, decode_event(encode_event(event)), self.seq)
        match event:
            case e.TaskReady():
                self.became_ready(event)
            case e.TaskUpstreamFailed():
                self.final_once(event, "upstream_failed")
            case e.TaskSucceeded() | e.TaskFailed() | e.TaskLost() | e.TaskReturned() | e.TaskCancelled():
                self.ended(event)

    def became_ready(self, event: e.TaskReady) -> None:
        place = (event.run_id, event.task_id)
        run = self.partition.runs[event.run_id]
        spec = run.plan.tasks[run.plan.number[event.task_id]]
        assert all(self.final.get((event.run_id, name)) == "succeeded" for name in spec.dependencies)
        self.ready[place] += 1
        assert event.attempt == self.ready[place] <= spec.retries + 1 + self.spare[place]
        self.queue.append(event)

    def ended(self, event: e.TaskEvent) -> None:
        place = (event.run_id, event.task_id)
        self.queue = [entry for entry in self.queue if (entry.run_id, entry.task_id) != place]
        if event.attempt:
            self.ends[*place, event.attempt] += 1
            assert self.ends[*place, event.attempt] == 1
        self.spare[place] += isinstance(event, e.TaskLost | e.TaskReturned)
        if not getattr(event, "retry_at", 0):
            self.final_once(event, "succeeded" if isinstance(event, e.TaskSucceeded) else "not")

    def final_once(self, event: e.TaskEvent, how: str) -> None:
        assert (event.run_id, event.task_id) not in self.final
        self.final[event.run_id, event.task_id] = how

    @invariant()
    def what_is_derived_equals_what_it_is_derived_from(self) -> None:
        for run in self.partition.runs.values():
            assert run.summary.counts == Counter(task.status for task in run.tasks)
            rebuilt = Frontier(run.plan, [(task.status, task.due) for task in run.tasks])
            assert run.frontier.snapshot() == rebuilt.snapshot()

    @invariant()
    def the_state_is_the_fold_of_the_log_and_what_is_stored_of_it(self) -> None:
        assert self.partition.runs.keys() == self.shadow.runs.keys()
        for run_id, run in self.partition.runs.items():
            stored = all_run_fields(run)
            assert stored == all_run_fields(self.shadow.runs[run_id]) == all_run_fields(load_run(stored, run.plan))

    @invariant()
    def losses_are_bounded(self) -> None:
        assert all(task.losses <= MAX_LOSSES for run in self.partition.runs.values() for task in run.tasks)

    @invariant()
    def no_time_between_two_steps_is_negative(self) -> None:
        for run in self.partition.runs.values():
            summary = run.summary
            assert in_order(summary.created_at, summary.started_at, summary.finished_at), summary
            for task in run.tasks:
                assert in_order(summary.created_at, summary.started_at, task.finished_at, summary.finished_at), task
                assert in_order(summary.started_at, task.ready_at, task.started_at, task.finished_at), task

    @invariant()
    def a_run_has_ended_with_its_last_task_and_not_before(self) -> None:
        for run in self.partition.runs.values():
            if run.summary.status in RUN_ENDED:
                assert all(task.status in TASK_ENDED for task in run.tasks)

    def teardown(self) -> None:
        """Once everybody answers, every run ends, as its tasks say."""
        for fact in self.late:
            self.read(fact)
        for _ in range(MOST_TURNS):
            if not any([self.finish_one_turn(run) for run in self.partition.runs.values()]):  # noqa: C419  # all of them
                break
        for run_id, run in self.partition.runs.items():
            fates = {task.status for task in run.tasks}
            assert run.summary.status in RUN_ENDED, (run_id, run.summary, fates)
            if run.summary.status is not RunStatus.CANCELLED:
                assert (run.summary.status is RunStatus.SUCCEEDED) == (fates == {TaskStatus.SUCCEEDED})
        self.the_state_is_the_fold_of_the_log_and_what_is_stored_of_it()

    def finish_one_turn(self, run: Run) -> bool:
        """Let time pass and do what a run waits for; return whether it goes on."""
        self.now += HOUR_MS
        for event in react(run, self.now, MANY, MANY):
            self.append(event)
        self.find_vanished(run)
        while self.queue:
            self.claim(0, late=False)
        while self.claimed:
            self.report(0, "succeeds" if run.summary.status is RunStatus.RUNNING else "is killed", late=False)
        return run.summary.status not in RUN_ENDED

    def find_vanished(self, run: Run) -> None:
        """Declare lost, as the scheduler does, what nobody has though it should be under way: its report was absurd."""
        held = {(entry.run_id, entry.task_id) for entry in (*self.queue, *self.claimed)}
        for spec, task in zip(run.plan.tasks, run.tasks, strict=True):
            place = (run.summary.run_id, spec.id)
            if task.status in {TaskStatus.READY, TaskStatus.RUNNING} and place not in held:
                self.read(e.TaskLost(run_id=place[0], task_id=spec.id, attempt=task.attempt, worker=task.worker))


def about(entry: e.TaskReady) -> dict[str, object]:
    return {"run_id": entry.run_id, "task_id": entry.task_id, "attempt": entry.attempt, "worker": WORKER}


def outcome(entry: e.TaskReady, how: str) -> e.AnyEvent:
    error = {"error": e.TaskError("exit", "It failed.")} if how == "fails" else {}
    report: e.AnyEvent = REPORTS[how](**about(entry), **error)
    return report


def in_order(*times: int) -> bool:
    """Return whether the times that are known (not 0) do not go back."""
    known = [time for time in times if time]
    return known == sorted(known)


TestPartition = PartitionMachine.TestCase
TestPartition.settings = settings(max_examples=100, stateful_step_count=100)

"""Scheduler and workers played on the core alone: virtual time, and every order and mishap that chance can think of.

A :class:`Life` is one partition from empty to the end of all its runs. It is determined by its arguments, so that a
failure can be lived through again.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

import msgspec

from penstock.core import events as e
from penstock.core.accept import accept
from penstock.core.codec import decode_event, encode_event
from penstock.core.dag import DagSpec, dag_version
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields, load_run
from penstock.core.react import next_wake, react
from penstock.core.run import Run
from penstock.core.status import TaskStatus

EPOCH = 1_700_000_000_000
MOST_ROUNDS = 20_000
"""A life that lasts longer is taken for endless."""


class Temper(msgspec.Struct, frozen=True):
    """How a life is: shares of 0 to 1, and the bounds given to ``react``."""

    seed: int = 0
    failing: float = 0.1
    losing: float = 0.05
    returning: float = 0.05
    noise: float = 0.2
    cancelling: float = 0.0
    forgetting: float = 0.05
    window: int = 8
    limit: int = 16


class Decision(msgspec.Struct, frozen=True):
    """What ``react`` answered, and what it had been allowed."""

    room: int
    limit: int
    events: list[e.AnyRunEvent]


class Claim(msgspec.Struct, frozen=True):
    """An attempt in a worker's hands."""

    run_id: str
    task_id: str
    attempt: int
    worker: str


Watcher = Callable[["Life", e.AnyEvent], None]
"""Called after each event of the log."""


class Life:
    """One partition, its log, its queue, and workers that answer as chance has it."""

    def __init__(self, dags: Sequence[DagSpec], runs: int, temper: Temper, watchers: Sequence[Watcher] = ()) -> None:
        self.partition = Partition()
        self.log: list[e.AnyEvent] = []
        self.decisions: list[Decision] = []
        self.wakes: dict[str, int | None] = {}
        self.now = EPOCH
        self.temper = temper
        self._arguments = (dags, runs, temper)
        self._chance = Random(temper.seed)
        self._watchers = watchers
        self._queue: list[Claim] = []
        self._claims: list[Claim] = []
        self._facts: list[e.AnyEvent] = []
        self._inbox_id = 0
        for dag in dags:
            self._take(e.DagRegistered(dag_id=dag.id, version=dag_version(dag), definition=dag))
        self._wanted = [self._request(number, self._chance.choice(dags)) for number in range(runs)]

    def __repr__(self) -> str:
        return f"Life{self._arguments}"

    def live(self) -> "Life":
        """Live through it: first disorder, then workers that answer everything; return this life."""
        tasks = sum(len(plan.tasks) for plan in self.partition.plans.values())
        for _ in range(self._chance.randint(0, 3 * tasks)):
            self.disorder()
        self.answer_everything()
        return self

    def answer_everything(self) -> None:
        """Let workers claim and answer, and time pass, until nothing moves any more."""
        while self._wanted:
            self._take(self._wanted.pop())
        for _ in range(MOST_ROUNDS):
            if self._queue:
                self._claim()
            elif self._claims:
                self._report()
            elif not self._sleep():
                return
        raise AssertionError("the life does not end")

    def offer(self, fact: e.AnyEvent) -> e.AnyEvent | None:
        """Offer a fact to the core, as read from the inbox; return the event it became and apply that."""
        self._inbox_id += 1
        read = decode_event(encode_event(fact))
        event = accept(self.partition, read, self.now, f"inbox:{self._inbox_id}-0")
        if event is not None:
            self._append(event)
        return event

    def _take(self, fact: e.AnyEvent) -> e.AnyEvent | None:
        """Offer a fact and do what it makes due."""
        self._facts.append(fact)
        event = self.offer(fact)
        if isinstance(event, e.RunEvent) and event.run_id in self.partition.runs:
            self.decide(self.partition.runs[event.run_id])
        return event

    def _append(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.TaskCancelled):
            self._withdraw(event)
        self.log.append(event)
        evolve(self.partition, event, len(self.log))
        if isinstance(event, e.TaskReady):
            self._queue.append(Claim(event.run_id, event.task_id, event.attempt, ""))
        for watch in self._watchers:
            watch(self, event)

    def _withdraw(self, event: e.TaskCancelled) -> None:
        gone = (event.run_id, event.task_id, event.attempt)
        self._queue = [claim for claim in self._queue if (claim.run_id, claim.task_id, claim.attempt) != gone]

    def room(self, run: Run) -> int:
        """Return how many more attempts of the run may be ready."""
        return max(0, self.temper.window - run.count(TaskStatus.READY))

    def decide(self, run: Run) -> None:
        """Let everything happen that is due in the run now, and set its timer."""
        while decisions := react(run, self.now, self.room(run), self.temper.limit):
            self.decisions.append(Decision(self.room(run), self.temper.limit, decisions))
            for decision in decisions:
                self._append(decision)
        self.wakes[run.summary.run_id] = next_wake(run, self.room(run))

    def _sleep(self) -> bool:
        """Pass the time until the next timer; a run without one is not looked at. Return whether there was one."""
        due = [(wake, run_id) for run_id, wake in self.wakes.items() if wake is not None]
        if due:
            wake, run_id = min(due)
            self.now = max(self.now, wake)
            self.decide(self.partition.runs[run_id])
        return bool(due)

    def disorder(self) -> None:
        """Let one thing happen, or several, of all that may."""
        chance, temper = self._chance, self.temper
        self.now += chance.choice((0, 0, 1, 50, 3000))
        if self._wanted and chance.random() < 0.2:
            self._take(self._wanted.pop())
        if chance.random() < temper.noise:
            self._take(self.nonsense())
        if self.partition.runs and chance.random() < temper.cancelling:
            self._take(e.RunCancelled(run_id=chance.choice(list(self.partition.runs))))
        if chance.random() < temper.forgetting:
            self._forget()
        act = chance.choice((self._claim, self._report, self._sleep))
        act()

    def _claim(self) -> None:
        if not self._queue:
            return
        entry = self._queue.pop(self._chance.randrange(len(self._queue)))
        claim = msgspec.structs.replace(entry, worker=f"w{self._chance.randrange(4)}")
        self._claims.append(claim)
        self._take(e.TaskStarted(**msgspec.structs.asdict(claim)))

    def _report(self) -> None:
        if not self._claims:
            return
        claim = self._claims.pop(self._chance.randrange(len(self._claims)))
        self._take(self._outcome(claim))

    def _outcome(self, claim: Claim) -> e.Report:
        common = msgspec.structs.asdict(claim)
        run = self.partition.runs.get(claim.run_id)
        if run is not None and run.summary.status == "cancelling" and self._chance.random() < 0.8:
            return e.TaskCancelled(**common)
        fate = self._chance.random()
        for share, kind in ((self.temper.losing, e.TaskLost), (self.temper.returning, e.TaskReturned)):
            fate -= share
            if fate < 0:
                return kind(**common)
        if fate < self.temper.failing:
            return e.TaskFailed(**common, error=e.TaskError("exit", "It failed."), exit_code=1)
        return e.TaskSucceeded(**common, exit_code=0, output={"n": self._chance.randrange(9)})

    def _request(self, number: int, dag: DagSpec) -> e.RunRequested:
        return e.RunRequested(run_id=f"r{number}", dag_id=dag.id, version=dag_version(dag))

    def _forget(self) -> None:
        """Drop every run from memory and load it again from what is stored of it."""
        for run_id, run in self.partition.runs.items():
            self.partition.runs[run_id] = load_run(all_run_fields(run), run.plan)

    def nonsense(self) -> e.AnyEvent:
        """Return a fact that is repeated, stale, early, forged, or about what does not exist."""
        chance = self._chance
        if self._facts and chance.random() < 0.4:
            return chance.choice(self._facts)
        run_id = chance.choice([*self.partition.runs, "nobody"])
        plans = list(self.partition.plans.values())
        task_id = chance.choice([*chance.choice(plans).number, "nothing"])
        return forged(chance.choice(FORGED), run_id, task_id, chance.randrange(4))


def forged(content: Mapping[str, object], run_id: str, task_id: str, attempt: int) -> e.AnyEvent:
    """Return an entry of :data:`FORGED` as a fact about this attempt."""
    kind = getattr(e, str(content["type"]))
    about = {"run_id": run_id, "task_id": task_id, "attempt": attempt}
    known = {name: value for name, value in about.items() if name in kind.__struct_fields__}
    fact: e.AnyEvent = msgspec.convert({**content, **known}, e.AnyEvent)
    return fact


FORGED: Sequence[dict[str, object]] = (
    {"type": "TaskStarted", "worker": "forger"},
    {"type": "TaskSucceeded", "worker": "forger"},
    {"type": "TaskFailed", "worker": "forger", "error": {"kind": "exit", "message": ""}, "retry_at": 1},
    {"type": "TaskLost", "worker": "forger", "retry_at": 1},
    {"type": "TaskReturned", "worker": "forger", "retry_at": 1},
    {"type": "TaskCancelled", "worker": "forger"},
    {"type": "TaskReady", "queue": "default", "reason": "start"},
    {"type": "TaskUpstreamFailed", "upstream": "t0"},
    {"type": "RunFinished", "status": "succeeded"},
    {"type": "RunStarted"},
    {"type": "RunLate", "due": 1},
    {"type": "RunRequested", "dag_id": "d", "version": "none"},
    {"type": "RunRequested", "dag_id": "other", "version": "none"},
    {"type": "LogForked", "incarnation": 7, "kept_seq": 1, "lost_seq": 2, "lost_hash": ""},
    {"type": "FactRejected", "fact": "TaskLost", "reason": "none"},
)

"""A deployment in virtual time: schedulers, workers and a client around a memory store, and what can go wrong."""

import asyncio
import contextlib
import copy
import random
from collections.abc import Callable, Coroutine, Sequence
from itertools import chain, repeat
from typing import Any

import msgspec

from penstock.audit import verify_partition
from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RUN_ENDED
from penstock.errors import ConflictError, NotFoundError, PenstockError, StoreUnavailableError
from penstock.ids import new_run_id, partition_of_dag
from penstock.store.memory import MemoryStore
from penstock.store.memory.state import PartitionState, Pulse
from penstock.store.records import Commit, Committed, Refused
from penstock_scheduler.service import Scheduler
from penstock_worker.service import Worker
from simulation.checker import Checker
from simulation.clock import ServersClock
from simulation.forks import Forks
from simulation.processes import Network, Odds, Process, current
from simulation.workload import SimulatedExecutor, random_dag

PARTITIONS = 2
LEASE_SECONDS = 4.0
JUMP_SECONDS = 3600.0
DRIFT = 0.0005

FAULTY = Odds(before=0.01, after=0.02, repeated=0.01, late=0.005)
POOR = Odds(before=0.1, after=0.1)
NO_FAULTS = Odds()


class Plan(msgspec.Struct, frozen=True):
    """What one simulation does."""

    dags: int = 3
    runs: int = 12
    schedulers: int = 2
    workers: int = 3
    seconds: float = 40.0
    odds: Odds = FAULTY
    deaths: int = 6
    pauses: int = 4
    outages: int = 2
    failovers: int = 0
    jumps: int = 0
    late: bool = True

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong, but that the server's clock may be set."""
        return not (self.odds != NO_FAULTS or self.deaths or self.pauses or self.outages or self.failovers)


class Result(msgspec.Struct, frozen=True):
    """What a simulation has seen; ``taken`` counts heads that schedulers had seen before a failover took them."""

    commits: int
    events: int
    faults: int
    deaths: int
    losses: int
    refused: int
    forks: int
    taken: int
    late: int
    runs: int
    fingerprint: str


class CheckedStore(MemoryStore):
    """A memory store that holds every commit to the invariants, and counts those it refuses."""

    def __init__(self, partitions: int, clock: Callable[[], int]) -> None:
        super().__init__(partitions, clock)
        self.checker = Checker(self)
        self.refused = 0
        self.broken: Exception | None = None

    def snapshot(self) -> Sequence[PartitionState]:
        """Return a copy of all that is stored."""
        return copy.deepcopy(self._state.partitions, self._shared())

    def set_back(self, snapshot: Sequence[PartitionState]) -> None:
        """Put a copy in the place of what is stored; who waits for news looks again."""
        self._state.partitions = copy.deepcopy(snapshot, self._shared())

    def _shared(self) -> dict[int, object]:
        """What a copy must share with the original: the clock, and what tasks wait on."""
        shared: list[object] = [self._state.clock]
        for part in (self._state, *self._state.partitions):
            shared += [value for value in vars(part).values() if isinstance(value, Pulse)]
        return {id(value): value for value in shared}

    async def commit(self, commit: Commit) -> Committed | Refused:
        answer = await super().commit(commit)
        if isinstance(answer, Committed):
            try:
                await self.checker.committed(commit)
            except (AssertionError, PenstockError) as error:
                self.broken = self.broken or error
                raise
        else:
            self.refused += 1
        return answer


class World:
    """One simulation."""

    def __init__(self, seed: int, plan: Plan) -> None:
        self.chance = random.Random(seed)
        self.plan = plan
        self.clock = ServersClock(asyncio.get_running_loop().time)
        self.store = CheckedStore(PARTITIONS, self.clock)
        self.network = Network(self.store, self.chance, plan.odds)
        self.acknowledged: set[str] = set()
        self.deaths = 0
        self.taken = 0
        self._living: dict[str, Process] = {}
        self._schedulers: dict[str, Scheduler] = {}
        self._forks = Forks()
        self._repeats = random.Random(f"repeats {seed}")
        self._started = 0
        self._background: list[asyncio.Task[None]] = []
        self._healing = False

    async def run(self) -> Result:
        """Let faults and work go on for the planned time, heal, and check that everything ends as it must."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.plan.seconds
        for _ in range(self.plan.schedulers):
            self._start("scheduler")
        for _ in range(self.plan.workers):
            self._start("worker")
        work = [asyncio.create_task(self._client())]
        work += [asyncio.create_task(self._misfortune(act, count, end)) for act, count in self._misfortunes()]
        await asyncio.gather(*work)
        await self._heal()
        await self._all_ended()
        await self._check_rest()
        return await self._result()

    def _misfortunes(self) -> list[tuple[Callable[[], Coroutine[Any, Any, None]], int]]:
        plan = self.plan
        return [
            (self._death, plan.deaths),
            (self._pause, plan.pauses),
            (self._outage, plan.outages),
            (self._failover, plan.failovers),
            (self._set_clock, plan.jumps),
        ]

    async def _misfortune(self, act: Callable[[], Coroutine[Any, Any, None]], count: int, end: float) -> None:
        loop = asyncio.get_running_loop()
        for moment in sorted(self.chance.uniform(loop.time(), end) for _ in range(count)):
            await asyncio.sleep(max(0, moment - loop.time()))
            await act()

    def _start(self, role: str) -> None:
        self._started += 1
        process = Process(f"{role}-{self._started}")
        self._living[process.name] = process
        token = current.set(process)
        process.tasks.append(asyncio.create_task(self._service(process, role), name=process.name))
        current.reset(token)

    async def _service(self, process: Process, role: str) -> None:
        store = self.network.store_of(process)
        if role == "scheduler":
            scheduler = Scheduler(store, process.name, lease_seconds=LEASE_SECONDS, worker_lease_seconds=LEASE_SECONDS)
            self._schedulers[process.name] = scheduler
            await scheduler.run()
        else:
            worker = Worker(
                store,
                process.name,
                {"shell": SimulatedExecutor(self.chance)},
                slots=3,
                lease_seconds=LEASE_SECONDS,
                drain_seconds=1,
                output_cap_bytes=1024,
            )
            await worker.run()

    async def _death(self) -> None:
        if not self._living:
            return
        name = self.chance.choice(sorted(self._living))
        process = self._living.pop(name)
        self._schedulers.pop(name, None)
        process.kill()
        self.deaths += 1
        self._later(self.chance.uniform(0, 6), lambda: self._start(name.split("-")[0]))

    async def _pause(self) -> None:
        if not self._living:
            return
        process = self._living[self.chance.choice(sorted(self._living))]
        process.pause()
        self._later(self.chance.uniform(0.5, 3 * LEASE_SECONDS), process.resume)

    async def _outage(self) -> None:
        self.network.down = True
        self._later(self.chance.uniform(0.1, 8), self._restore)

    def _restore(self) -> None:
        self.network.down = False

    async def _failover(self) -> None:
        """Set the store back to what it was a moment ago, as a replica that lagged would."""
        snapshot = self.store.snapshot()
        await asyncio.sleep(self.chance.uniform(0.01, 2))
        self._forks.note(self._schedulers)
        self.store.set_back(snapshot)
        await self.store.checker.restart()

    async def _set_clock(self) -> None:
        """Set the server's clock, by little or by much; from then on it drifts."""
        jump = self.chance.choice([-JUMP_SECONDS, -LEASE_SECONDS, 0, LEASE_SECONDS, JUMP_SECONDS])
        self.clock.set(jump, 1 + self.chance.uniform(-DRIFT, DRIFT))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            act()

        self._background.append(asyncio.create_task(wait()))

    async def _client(self) -> None:
        """Register DAGs, request runs under keys until acknowledged, cancel some."""
        process = Process("client")
        store = self.network.store_of(process)
        dags = [random_dag(self.chance, number, late=self.plan.late) for number in range(self.plan.dags)]
        for dag in dags:
            await self._register(store, dag)
        for number in range(self.plan.runs):
            await asyncio.sleep(self.chance.expovariate(self.plan.runs / self.plan.seconds * 1.3))
            run_id = await self._request(store, self.chance.choice(dags), f"key-{number}")
            self.acknowledged.add(run_id)
            if self.chance.random() < 0.2:
                self._background.append(asyncio.create_task(self._cancel(store, run_id)))

    async def _register(self, store: Any, dag: DagSpec) -> None:  # noqa: ANN401  # a Store behind the network
        await self._insist(lambda: store.register_dag(dag, dag_version(dag)))

    async def _request(self, store: Any, dag: DagSpec, key: str) -> str:  # noqa: ANN401  # likewise
        """Return the id of the run requested under the key; a DAG that a failover took is registered anew.

        The API gives every request an id of its own; the key alone makes a repetition the same request.
        """
        chances = chain([self.chance], repeat(self._repeats))

        def request() -> Coroutine[Any, Any, tuple[str, bool]]:
            run_id = new_run_id(partition_of_dag(dag.id, PARTITIONS), self.clock(), next(chances).randbytes(10))
            answer: Coroutine[Any, Any, tuple[str, bool]] = store.request_run(dag.id, run_id, key, "")
            return answer

        while True:
            try:
                known, _ = await self._insist(request)
            except NotFoundError:
                await self._register(store, dag)
                continue
            return str(known)

    async def _cancel(self, store: Any, run_id: str) -> None:  # noqa: ANN401  # a Store behind the network
        await asyncio.sleep(self.chance.uniform(0, 3))
        with contextlib.suppress(ConflictError, NotFoundError):  # it has ended; a failover has taken it
            await self._insist(lambda: store.cancel_run(run_id))

    async def _insist(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  # whatever is asked for
        while True:
            try:
                return await request()
            except StoreUnavailableError:
                await asyncio.sleep(self.chance.uniform(0.05, 0.5))

    async def _heal(self) -> None:
        self.network.odds = NO_FAULTS
        await asyncio.gather(*self._background)
        self.network.down = False
        self.clock.catch_up()
        for process in self._living.values():
            process.resume()

    async def _all_ended(self) -> None:
        for _ in range(600):
            if self.store.broken:
                raise self.store.broken
            views = [await self.store.run(run_id) for run_id in sorted(self.acknowledged)]
            if all(view is None or view.summary.status in RUN_ENDED for view in views):
                await asyncio.sleep(2 * LEASE_SECONDS)
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"runs that never end: {self.store.checker.open_runs()}")

    async def _check_rest(self) -> None:
        checker = self.store.checker
        for partition in range(PARTITIONS):
            verdict = await verify_partition(self.store, partition)
            assert verdict.still, "at rest nothing moves"
            assert not verdict.problems, f"at rest the auditor finds nothing: {verdict.problems}"
            assert await self.store.timers(partition) == {}, "at rest no timer is set"
        owners = [(await self.store.head(partition)).owner for partition in range(PARTITIONS)]
        for seen in self._forks.due(owners, checker.holds):
            self.taken += 1
            declared = checker.incarnation(seen.partition) > seen.head.incarnation
            assert declared, f"who has seen what a failover took declares a fork: {seen}"
        assert not checker.open_runs(), "every run in the log ends"
        if not self.plan.failovers:
            assert self.acknowledged == checker.runs(), "what was acknowledged is in the log, once for each key"
            assert not checker.kinds["LogForked"], "no fork is declared where nothing was taken"
        if self.plan.calm:
            assert checker.losses() == 0, "nothing is lost without a fault"

    async def _result(self) -> Result:
        figures = await self.store.figures()
        assert figures.inbox_lag == 0, "at rest no inbox holds anything"
        assert figures.queue_depth == figures.pending == 0, "at rest no attempt is queued or claimed"
        assert figures.dead_letters == 0, "no fact was unreadable"
        hashes = [(await self.store.head(partition)).hash[:8] for partition in range(PARTITIONS)]
        checker = self.store.checker
        for process in list(self._living.values()):
            process.kill()
        return Result(
            commits=checker.commits,
            events=figures.events,
            faults=self.network.faults,
            deaths=self.deaths,
            losses=checker.losses(),
            refused=self.store.refused,
            forks=checker.kinds["LogForked"],
            taken=self.taken,
            late=checker.kinds["RunLate"],
            runs=len(self.acknowledged),
            fingerprint="-".join(hashes),
        )

"""A deployment in virtual time: schedulers, workers and a client around a memory store, and what can go wrong."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from penstock.audit import verify_partition
from penstock.core.status import RUN_ENDED
from penstock_scheduler.service import Scheduler
from penstock_worker.service import Worker
from simulation.checked_store import CheckedStore
from simulation.client import Client
from simulation.clock import ServersClock
from simulation.forks import Forks
from simulation.plan import NO_FAULTS, PARTITIONS, Plan, Result
from simulation.processes import Network, Process, current
from simulation.workload import SimulatedExecutor

LEASE_SECONDS = 4.0
JUMP_SECONDS = 3600.0
DRIFT = 0.0005


class World:
    """One simulation."""

    def __init__(self, seed: int, plan: Plan) -> None:
        self.chance = random.Random(seed)
        self.plan = plan
        self.clock = ServersClock(asyncio.get_running_loop().time)
        self.store = CheckedStore(PARTITIONS, self.clock)
        self.network = Network(self.store, self.chance, plan.odds)
        self.client = Client(seed, plan, self.network, self.chance, self.clock)
        self.deaths = 0
        self.taken = 0
        self._living: dict[str, Process] = {}
        self._schedulers: dict[str, Scheduler] = {}
        self._forks = Forks()
        self._started = 0
        self._background: list[asyncio.Task[None]] = []

    async def run(self) -> Result:
        """Let faults and work go on for the planned time, heal, and check that everything ends as it must."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.plan.seconds
        for _ in range(self.plan.schedulers):
            self._start("scheduler")
        for _ in range(self.plan.workers):
            self._start("worker")
        work = [asyncio.create_task(self.client.run())]
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

    async def _heal(self) -> None:
        self.network.odds = NO_FAULTS
        await asyncio.gather(*self._background, *self.client.cancelling)
        self.network.down = False
        self.clock.catch_up()
        for process in self._living.values():
            process.resume()

    async def _all_ended(self) -> None:
        for _ in range(600):
            if self.store.broken:
                raise self.store.broken
            views = [await self.store.run(run_id) for run_id in sorted(self.client.acknowledged)]
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
            assert self.client.acknowledged == checker.runs(), "what was acknowledged is in the log, once for each key"
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
            runs=len(self.client.acknowledged),
            fingerprint="-".join(hashes),
        )

"""B8: what a task costs as everything around it grows. The cost should stay what it is."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median

import msgspec
from redis.asyncio import Redis

from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import TaskStatus
from penstock.embedded import Fsync
from penstock.store.valkey.keys import PartitionKeys
from suite import shapes
from suite.deployment import PREFIX, Deployment, Size, deployed
from suite.measure import Sample, measure, request_runs

PROBES = 5
DIAMONDS = 200
SLEEP_SECONDS = 86_400


class Point(msgspec.Struct, frozen=True):
    """What was measured at one size: ms per task and ms of CPU per task over all processes, medians."""

    size: int
    ms_per_task: float
    cpu_ms_per_task: float


class Curve(msgspec.Struct, frozen=True):
    """What grew, and what a task cost at each size."""

    what: str
    points: list[Point]

    @property
    def growth(self) -> float:
        """How much more CPU a task costs at the largest size than at the smallest."""
        return self.points[-1].cpu_ms_per_task / self.points[0].cpu_ms_per_task


class Growth:
    """Draws the curves, up to 10^``decades``."""

    def __init__(self, fsync: Fsync, decades: int) -> None:
        self._fsync = fsync
        self._decades = decades

    async def curves(self) -> AsyncIterator[Curve]:
        """Yield one curve after the other."""
        yield Curve("tasks of one DAG", [await self._dag(10**power) for power in range(2, self._decades + 1)])
        yield Curve("runs in history", [point async for point in self._history()])
        yield Curve("sleeping runs", [point async for point in self._sleepers()])
        for what, sizes in (
            ("workers", [Size(workers=count, slots=16) for count in (1, 2, 4, 8, 16, 32, 64)[: self._decades + 2]]),
            ("partitions", [Size(partitions=count) for count in (1, 2, 4, 8, 16)]),
            ("schedulers", [Size(schedulers=count) for count in (1, 2, 3, 4)]),
        ):
            yield Curve(what, [await self._sized(getattr(size, what), size) for size in sizes])

    async def _dag(self, width: int) -> Point:
        async with deployed(self._fsync) as deployment:
            return await _probe(deployment, width, [shapes.dag("grown", shapes.fan(width - 2), "async")], 1)

    async def _history(self) -> AsyncIterator[Point]:
        single = [shapes.dag(f"past-{number}", shapes.independent(1), "async") for number in range(16)]
        async with deployed(self._fsync) as deployment:
            there = 0
            for power in range(2, self._decades + 1):
                await measure(deployment, single, 10**power - there)
                there = 10**power
                yield await _probe(deployment, there, _diamonds(), DIAMONDS)

    async def _sleepers(self) -> AsyncIterator[Point]:
        async with deployed(self._fsync) as deployment:
            there = 0
            for power in range(3, self._decades + 1):
                await _put_to_sleep(deployment, 10**power - there, 10**power)
                there = 10**power
                yield await _probe(deployment, there, _diamonds(), DIAMONDS)

    async def _sized(self, count: int, size: Size) -> Point:
        async with deployed(self._fsync, size) as deployment:
            return await _probe(deployment, count, _diamonds(), DIAMONDS)


def _diamonds() -> list[DagSpec]:
    return [shapes.dag(f"diamond-{number}", shapes.diamond(), "async") for number in range(16)]


async def _probe(deployment: Deployment, size: int, dags: Sequence[DagSpec], runs: int) -> Point:
    await measure(deployment, dags, runs)
    samples: list[Sample] = [await measure(deployment, dags, runs) for _ in range(PROBES)]
    return Point(
        size,
        median(sample.seconds * 1000 / sample.tasks for sample in samples),
        median(sum(sample.cpu.values()) for sample in samples),
    )


async def _put_to_sleep(deployment: Deployment, runs: int, total: int) -> None:
    """Add runs whose only task has failed and is to be tried again tomorrow."""
    task = TaskSpec(id="a", name="a", callable="suite.tasks:fail_async", retries=1, retry_delay_seconds=SLEEP_SECONDS)
    dags = [DagSpec(id=f"sleeper-{number}", name="Sleeper", tasks={"a": task}) for number in range(16)]
    await request_runs(deployment, dags, runs)
    while (await deployment.store.figures()).tasks.get(TaskStatus.RETRYING, 0) < total:
        await asyncio.sleep(0.05)


async def idle_workers(deployment: Deployment, workers: int) -> tuple[float, float]:
    """Return µs per append to a queue with work for one of them: with nobody idle, and with so many idle workers.

    An idle worker is a connection that waits for its bells in every partition, and its name among the idle.
    """
    alone = await _append_us(deployment)
    async with AsyncExitStack() as waiting:
        names = [f"idle-{number}-{secrets.token_hex(3)}" for number in range(workers)]
        await asyncio.gather(*(waiting.enter_async_context(_idle(deployment, name)) for name in names))
        return alone, await _append_us(deployment)


@asynccontextmanager
async def _idle(deployment: Deployment, name: str) -> AsyncIterator[None]:
    partitions = deployment.size.partitions
    keys = [PartitionKeys(PREFIX, partition, partitions) for partition in range(partitions)]
    client = Redis.from_url(deployment.server_url, single_connection_client=True)
    waiting = asyncio.ensure_future(_forever(lambda: client.blpop([key.bell(name) for key in keys], 60)))
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await client.aclose()


async def _forever(act: Callable[[], Awaitable[object]]) -> None:
    while True:
        await act()


async def _append_us(deployment: Deployment) -> float:
    """Return what an append to a queue costs: the median of many, each with the time of its answer."""
    queue = PartitionKeys(PREFIX, 0, deployment.size.partitions).queue("bench")
    times = []
    async with Redis.from_url(deployment.server_url) as client:
        for _ in range(2000):
            begun = time.perf_counter()
            await client.xadd(queue, {"run": "r", "task": "t", "attempt": 1}, maxlen=1000)
            times.append((time.perf_counter() - begun) * 1e6)
    return median(times)

"""The workloads B1 to B7: what is run, and what it is compared with in the same run."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from penstock.core.dag import DagSpec
from penstock.embedded import Fsync
from suite import shapes
from suite.api_load import Load, load
from suite.deployment import Deployment, Size, deployed
from suite.floor import floor_seconds
from suite.measure import Sample, measure
from suite.processes import pss_mebibytes
from suite.replay import Replay, replay
from suite.report import Figure, Idle, Row, row_of
from suite.requests import Latency, latencies
from suite.trace import lower_bound, read_trace

DAGS_AT_ONCE = 16
"""Runs that come at once are of so many DAGs: they spread over the partitions."""


class Bench:
    """Measures workloads under one setting of the server. ``repeats``: how often each is measured."""

    def __init__(self, fsync: Fsync, repeats: int) -> None:
        self.fsync = fsync
        self.repeats = repeats

    async def idle(self) -> Idle:
        """What a deployment takes that has just run its first callable, and how long it takes to start."""
        async with deployed(self.fsync, Size(slots=4)) as deployment:
            await measure(deployment, [shapes.dag("first", shapes.independent(1), "sync")], 1)
            return Idle(deployment.ready_seconds, pss_mebibytes(deployment.roles))

    async def chains(self) -> list[Row]:
        """B1 and B2."""
        rows = []
        async with deployed(self.fsync) as deployment:
            for kind in ("fib10", "fib10 async"):
                dag = shapes.dag(f"chain-{kind.replace(' ', '-')}", shapes.chain(40), kind)
                samples = await self._samples(deployment, [dag], 1)
                floor = await self._floor(shapes.chain(40), 1)
                rows.append(row_of(f"B1 chain of 40, {kind}", samples, floor))
            samples = await self._samples(deployment, [shapes.dag("long", shapes.chain(10), "fib33")], 1)
            bare = [_bare_fib(33, 10) for _ in range(self.repeats)]
            ratio = Figure("times the bare computation", median(sample.seconds for sample in samples) / median(bare))
            rows.append(row_of("B2 chain of 10, fib33", samples, extra=[ratio]))
        return rows

    async def spread(self) -> list[Row]:
        """B3."""
        rows = []
        async with deployed(self.fsync) as deployment:
            for kind in ("fib10", "fib10 async"):
                dag = shapes.dag(f"spread-{kind.replace(' ', '-')}", shapes.independent(400), kind)
                rows.append(row_of(f"B3 400 at once, {kind}", await self._samples(deployment, [dag], 1)))
            samples = await self._samples(deployment, [shapes.dag("spread-shell", shapes.independent(400), "shell")], 1)
            bare = [_bare_spawning(400, deployment.size.slots) for _ in range(self.repeats)]
            share = Figure("of the bare spawning loop", median(bare) / median(sample.seconds for sample in samples))
            rows.append(row_of("B3 400 at once, shell", samples, extra=[share]))
        return rows

    async def fans(self) -> list[Row]:
        """B4."""
        rows = []
        for width, kinds in ((1000, ("async", "sync")), (10_000, ("async", "sync"))):
            floor = await self._floor(shapes.fan(width), 1)
            async with deployed(self.fsync) as deployment:
                for kind in kinds:
                    dag = shapes.dag(f"fan-{width}-{kind}", shapes.fan(width), kind)
                    rows.append(row_of(f"B4 1 - {width} - 1, {kind}", await self._samples(deployment, [dag], 1), floor))
        return rows

    async def diamonds(self) -> list[Row]:
        """B5."""
        rows = []
        for runs in (200, 2000):
            floor = await self._floor(shapes.diamond(), runs)
            async with deployed(self.fsync) as deployment:
                for kind in ("async", "sync"):
                    dags = [shapes.dag(f"diamond-{kind}-{n}", shapes.diamond(), kind) for n in range(DAGS_AT_ONCE)]
                    rows.append(
                        row_of(f"B5 {runs} diamonds, {kind}", await self._samples(deployment, dags, runs), floor)
                    )
        return rows

    async def requests(self) -> list[Latency]:
        """B6."""
        async with deployed(self.fsync) as deployment:
            return [await latencies(deployment) for _ in range(self.repeats)]

    async def load(self) -> tuple[list[Load], Replay]:
        """B9."""
        async with deployed(self.fsync) as deployment:
            return await load(deployment), await replay(deployment)

    async def trace(self, path: Path, scale: float) -> list[Row]:
        """B7."""
        dag, seconds = read_trace(path, scale)
        async with deployed(self.fsync, Size(slots=128)) as deployment:
            samples = await self._samples(deployment, [dag], 1, warm=False)
            bound = lower_bound(dag, seconds, deployment.size.slots)
        ratio = Figure("times the lower bound", median(sample.seconds for sample in samples) / bound)
        return [row_of(f"B7 {path.name} at scale {scale:g}", samples, extra=[ratio])]

    async def _samples(
        self, deployment: Deployment, dags: Sequence[DagSpec], runs: int, *, warm: bool = True
    ) -> list[Sample]:
        if warm:  # the first run starts the worker's children and fills its caches
            await measure(deployment, dags, runs)
        return [await measure(deployment, dags, runs) for _ in range(self.repeats)]

    async def _floor(self, tasks: Mapping[str, Sequence[str]], runs: int) -> list[float]:
        return [await floor_seconds(self.fsync, tasks, runs) for _ in range(self.repeats)]


def _bare_fib(n: int, times: int) -> float:
    """Return how long a process of its own computes the same numbers."""
    program = (
        "import time; from suite.tasks import fib; begun = time.perf_counter(); "
        f"[fib({n}) for _ in range({times})]; print(time.perf_counter() - begun)"
    )
    folder = Path(__file__).parent.parent
    return float(subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True).stdout)


def _bare_spawning(count: int, at_once: int) -> float:
    """Return how long it takes to start so many shells, so many at once, and collect them."""
    begun = time.perf_counter()
    alive = 0
    for _ in range(count):
        if alive == at_once:
            os.wait()
            alive -= 1
        os.posix_spawn("/bin/sh", ("/bin/sh", "-c", "true"), os.environ)
        alive += 1
    for _ in range(alive):
        os.wait()
    return time.perf_counter() - begun

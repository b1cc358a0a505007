"""How throughput grows with schedulers, workers and server nodes: ``python -m suite.scaling``, in the folder ``bench``.

Each point is a deployment of its own. Beside its tasks per second stands what the processes took of the processors: a
curve that flattens where they are all busy says something of the machine, not of Penstock.
"""

import argparse
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import msgspec
import uvloop

from cluster_kit import open_cluster
from penstock.core.dag import DagSpec
from suite import shapes
from suite.deployment import Deployment, Servers, Size, deployed, deployed_on
from suite.measure import Sample, measure
from suite.report import ROLES

RUNS = 400
"""Diamonds of five tasks, of 32 DAGs over all partitions."""
PROBES = 3
CURVES = ("schedulers", "workers", "nodes")


class Point(msgspec.Struct, frozen=True):
    """One size of a deployment."""

    nodes: int = 1
    schedulers: int = 1
    workers: int = 1


def points(what: str) -> list[Point]:
    """Return the sizes at which a curve is measured."""
    if what == "schedulers":
        return [Point(schedulers=count, workers=2) for count in (1, 2, 3, 4)]
    if what == "workers":
        return [Point(workers=count) for count in (1, 2, 4, 8)]
    return [Point(nodes=count, schedulers=2, workers=2) for count in (1, 2, 3)]


async def probe(point: Point) -> list[Sample]:
    """Return what was measured at one size."""
    size = Size(schedulers=point.schedulers, workers=point.workers, apis=0)
    async with _deployed(point.nodes, size) as deployment:
        dags = _dags()
        await measure(deployment, dags, RUNS)
        return [await measure(deployment, dags, RUNS) for _ in range(PROBES)]


def line(point: Point, samples: Sequence[Sample]) -> str:
    """Return what is printed of a point."""
    cpu = {role: median(sample.cpu.get(role, 0) for sample in samples) for role in ROLES if role != "api"}
    rate = median(sample.rate for sample in samples)
    busy = sum(cpu.values()) / 1000 * rate / len(os.sched_getaffinity(0))
    used = ", ".join(f"{role} {seconds * 1000:.0f}" for role, seconds in cpu.items())
    return (
        f"{point.nodes} nodes, {point.schedulers} schedulers, {point.workers} workers: {rate:.0f} tasks/s; "
        f"CPU us per task: {used}; processors {busy:.0%} busy with it"
    )


def _dags() -> list[DagSpec]:
    return [shapes.dag(f"diamond-{number}", shapes.diamond(), "async") for number in range(32)]


@asynccontextmanager
async def _deployed(nodes: int, size: Size) -> AsyncIterator[Deployment]:
    if nodes == 1:
        async with deployed("everysec", size) as deployment:
            yield deployment
        return
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as folder, open_cluster(Path(folder), nodes) as cluster:
        pids = [member.pid for member in cluster.primaries]
        async with deployed_on(Servers(cluster.url, pids), Path(folder), size) as deployment:
            yield deployment


async def main() -> None:
    """Draw the curves that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(CURVES), help="some of " + ",".join(CURVES))
    for what in parser.parse_args().only.split(","):
        print(f"== {what}", flush=True)
        for point in points(what):
            print(line(point, await probe(point)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

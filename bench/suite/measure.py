"""One measurement: DAGs are run on a deployment, and everything that this cost is noted."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from statistics import mean

import msgspec

from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RUN_ENDED
from penstock.ids import new_run_id, partition_of_dag
from penstock.store.valkey.keys import PartitionKeys
from suite.deployment import PREFIX, Deployment
from suite.history import percentile, positions, waits
from suite.processes import cpu_seconds, peak_mebibytes
from suite.server_use import ServerUse

POLL_SECONDS = 0.02
AT_ONCE = 64
"""Requests under way at a time."""


class Sample(msgspec.Struct, frozen=True):
    """One run of a workload. Waits are ms, by the log; CPU is seconds per 1,000 tasks, by role."""

    tasks: int
    seconds: float
    run_p50_ms: float
    run_p99_ms: float
    started_mean_ms: float
    started_p50_ms: float
    started_p99_ms: float
    ready_mean_ms: float
    ready_p50_ms: float
    ready_p99_ms: float
    cpu: dict[str, float]
    per_task: ServerUse
    peak_mebibytes: dict[str, float]

    @property
    def rate(self) -> float:
        """Tasks per second."""
        return self.tasks / self.seconds


async def measure(deployment: Deployment, dags: Sequence[DagSpec], runs: int) -> Sample:
    """Run the DAGs, in turn, so many times in all, all requested as fast as the store takes them.

    The requests are made as the API makes them, without HTTP; workload B6 and B9 measure that.
    """
    store, partitions = deployment.store, deployment.size.partitions
    await _register(deployment, dags)
    since, use, cpu = (
        await positions(store, partitions),
        await ServerUse.now(deployment.db),
        cpu_seconds(deployment.roles),
    )
    before = await _ended(deployment)
    await request_runs(deployment, dags, runs)
    while await _ended(deployment) < before + runs:
        await asyncio.sleep(POLL_SECONDS)
    await _settled(deployment)
    used = {role: seconds - cpu[role] for role, seconds in cpu_seconds(deployment.roles).items()}
    after = await ServerUse.now(deployment.db)
    seen = await waits(store, partitions, since)
    tasks = sum(len(dags[number % len(dags)].tasks) for number in range(runs))
    return Sample(
        tasks=tasks,
        seconds=max(seen.span_ms, 1) / 1000,
        run_p50_ms=percentile(seen.run_ms, 0.5),
        run_p99_ms=percentile(seen.run_ms, 0.99),
        started_mean_ms=mean(seen.started_ms),
        started_p50_ms=percentile(seen.started_ms, 0.5),
        started_p99_ms=percentile(seen.started_ms, 0.99),
        ready_mean_ms=mean(seen.ready_ms or [0]),
        ready_p50_ms=percentile(seen.ready_ms, 0.5),
        ready_p99_ms=percentile(seen.ready_ms, 0.99),
        cpu={role: seconds * 1000 / tasks for role, seconds in used.items()},
        per_task=after.per_task_since(use, tasks),
        peak_mebibytes=peak_mebibytes(deployment.roles),
    )


async def request_runs(deployment: Deployment, dags: Sequence[DagSpec], runs: int) -> None:
    """Request so many runs of the DAGs in turn, which are registered where they are not."""
    await _register(deployment, dags)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(dag_id: str) -> None:
        partition = partition_of_dag(dag_id, deployment.size.partitions)
        run_id = new_run_id(partition, time.time_ns() // 1_000_000, secrets.token_bytes(10))
        async with turn:
            await deployment.store.request_run(dag_id, run_id)

    await asyncio.gather(*(one(dags[number % len(dags)].id) for number in range(runs)))


async def _register(deployment: Deployment, dags: Sequence[DagSpec]) -> None:
    known = {dag.version for dag in await deployment.store.dags()}
    for dag in dags:
        if (version := dag_version(dag)) not in known:
            await deployment.store.register_dag(dag, version)
    await _settled(deployment)


async def _ended(deployment: Deployment) -> int:
    """Return how many runs have ended, in one round trip that costs next to nothing."""
    partitions = deployment.size.partitions
    keys = [PartitionKeys(PREFIX, partition, partitions) for partition in range(partitions)]
    return sum(
        await deployment.db.pipeline([("ZCARD", one.runs(status=status)) for one in keys for status in RUN_ENDED])
    )


async def _settled(deployment: Deployment) -> None:
    """Wait until the inboxes are empty: nothing that was done before costs anything now."""
    while (await deployment.store.figures()).inbox_lag:
        await asyncio.sleep(POLL_SECONDS)

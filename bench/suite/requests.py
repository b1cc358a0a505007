"""B6: single runs one after the other on an idle system, as a client of the HTTP API sees them, and without HTTP."""

import asyncio
import secrets
import time

import msgspec

from penstock.client import Client
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import RUN_ENDED
from penstock.ids import new_run_id, partition_of_dag
from suite.deployment import Deployment

RUNS = 50
SINGLE = DagSpec(
    id="single", name="Single", tasks={"when": TaskSpec(id="when", name="When", callable="suite.tasks:now_ms")}
)


class Latency(msgspec.Struct, frozen=True):
    """Of each run, ms from sending the request until: the task runs; the answer is there; its end is seen over HTTP.

    ``direct_ms``: until the task runs, of runs that are requested as the API does it, without HTTP.
    """

    started_ms: list[float]
    answered_ms: list[float]
    ended_ms: list[float]
    direct_ms: list[float]


async def latencies(deployment: Deployment) -> Latency:
    """Request runs of a task that says when it began, one after the other."""
    latency = await asyncio.to_thread(_latencies, deployment.url)
    for _ in range(RUNS):
        latency.direct_ms.append(await _direct(deployment))
    return latency


async def _direct(deployment: Deployment) -> float:
    store = deployment.store
    partition = partition_of_dag(SINGLE.id, deployment.size.partitions)
    begun = time.time() * 1000
    run_id = new_run_id(partition, int(begun), secrets.token_bytes(10))
    await store.request_run(SINGLE.id, run_id)
    while (view := await store.run(run_id)) is None or view.summary.status not in RUN_ENDED:
        await asyncio.sleep(0.002)
    return float(view.tasks[0].output) - begun


def _latencies(url: str) -> Latency:
    latency = Latency([], [], [], [])
    with Client(url) as client:
        client.register(SINGLE)
        for number in range(RUNS + 1):
            begun = time.time() * 1000
            run = client.run("single")
            answered = time.time() * 1000
            ended = client.wait(run.run_id)
            seen = time.time() * 1000
            if number:  # the first one starts the worker's child
                latency.started_ms.append(ended.tasks[0].output - begun)
                latency.answered_ms.append(answered - begun)
                latency.ended_ms.append(seen - begun)
    return latency

"""B6: single runs one after the other on an idle system, as a client of the HTTP API sees them."""

import time
from asyncio import to_thread

import msgspec

from penstock.client import Client
from penstock.core.dag import DagSpec, TaskSpec
from suite.deployment import Deployment

RUNS = 50


class Latency(msgspec.Struct, frozen=True):
    """Of each run, ms from sending the request until: the task runs; the answer is there; its end is seen over HTTP."""

    started_ms: list[float]
    answered_ms: list[float]
    ended_ms: list[float]


async def latencies(deployment: Deployment) -> Latency:
    """Request runs of a task that says when it began, one after the other."""
    return await to_thread(_latencies, deployment.url)


def _latencies(url: str) -> Latency:
    task = TaskSpec(id="when", name="When", callable="suite.tasks:now_ms")
    latency = Latency([], [], [])
    with Client(url) as client:
        client.register(DagSpec(id="single", name="Single", tasks={"when": task}))
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

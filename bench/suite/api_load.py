"""B9, first half: what the API answers per second while the engine is under load."""

import asyncio
import time

import msgspec

from penstock.core.dag import dag_version
from suite import shapes
from suite.deployment import Deployment
from suite.history import percentile
from suite.measure import measure

CLIENTS = 8
SECONDS = 4.0
FAN = 1000


class Load(msgspec.Struct, frozen=True):
    """Answers per second to one kind of request, how long they took (ms), and tasks per second meanwhile."""

    what: str
    rate: float
    p50_ms: float
    p99_ms: float
    tasks_per_second: float


async def load(deployment: Deployment) -> list[Load]:
    """Ask for one thing after the other, while fans of tasks run one after the other."""
    single = shapes.dag("asked", shapes.independent(1), "async")
    await deployment.store.register_dag(single, dag_version(single))
    await measure(deployment, [single], 200)
    run_id = (await deployment.store.runs("asked", None, 1, "")).runs[0].run_id
    requests = ("GET /runs?limit=50", f"GET /runs/{run_id}", "POST /dags/asked/run")
    return [await _under_load(deployment, request) for request in requests]


async def _under_load(deployment: Deployment, request: str) -> Load:
    over = asyncio.Event()
    engine = asyncio.create_task(_run_fans(deployment, over))
    times: list[float] = []
    begun = time.monotonic()
    await asyncio.gather(*(_ask(deployment.url, request, begun + SECONDS, times) for _ in range(CLIENTS)))
    seconds = time.monotonic() - begun
    over.set()
    what = " ".join(part if len(part) < 30 else "/runs/ID" for part in request.split())
    return Load(what, len(times) / seconds, percentile(times, 0.5), percentile(times, 0.99), await engine)


async def _run_fans(deployment: Deployment, over: asyncio.Event) -> float:
    fan = shapes.dag("background", shapes.fan(FAN), "async")
    tasks, begun = 0, time.monotonic()
    while not over.is_set():
        tasks += (await measure(deployment, [fan], 1)).tasks
    return tasks / (time.monotonic() - begun)


async def _ask(url: str, request: str, until: float, times: list[float]) -> None:
    """Send a request again and again on one connection. A whole HTTP client would cost more than the server."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    message = f"{request} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 0\r\n\r\n".encode()
    while time.monotonic() < until:
        begun = time.monotonic()
        writer.write(message)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if int(head.split(" ", 2)[1]) >= 300:
            raise RuntimeError(f"{request} was answered {head.splitlines()[0]}")
        await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n", 1)[0]))
        times.append((time.monotonic() - begun) * 1000)
    writer.close()

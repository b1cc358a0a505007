"""A whole Penstock as its users start it: a server and services as processes of their own, default settings."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from penstock.embedded import Fsync, embedded_server
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.keys import PartitionKeys
from penstock.tether import tethered

BENCH = Path(__file__).parent.parent
PREFIX = "pk"
START_SECONDS = 30.0
"""Until all services of a small deployment are ready; each process may take another two on a busy machine."""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How many processes of each role there are, how many slots a worker has, how many partitions the deployment."""

    schedulers: int = 1
    workers: int = 1
    apis: int = 1
    slots: int = 64
    partitions: int = 8


class Servers(msgspec.Struct, frozen=True):
    """What Penstock is run on: the address as ``PENSTOCK_REDIS_URL`` takes it, and the processes that serve it."""

    url: str
    pids: list[int]


class Deployment:
    """A deployment that runs; ``roles`` has the pids of each role."""

    def __init__(self, servers: Servers, store: ValkeyStore, folder: Path, size: Size) -> None:
        self.store = store
        self.server_url = servers.url
        self.db = Connection(servers.url, PREFIX)
        self.size = size
        self.roles: dict[str, list[int]] = {"server": list(servers.pids)}
        self.ready_seconds = 0.0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        """Start the services; return when partitions are owned, workers wait and the API is ready."""
        begun = time.monotonic()
        counts = {"scheduler": self.size.schedulers, "worker": self.size.workers, "api": self.size.apis}
        for role, count in counts.items():
            self.roles[role] = [await self._spawn(role) for _ in range(count)]
        async with asyncio.timeout(START_SECONDS + 2 * len(self._processes)):
            await self._until_ready()
        self.ready_seconds = time.monotonic() - begun

    async def stop(self) -> None:
        """End the services, workers first."""
        for process in reversed(self._processes):
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(process.wait() for process in self._processes))

    async def _spawn(self, role: str) -> int:
        env = {
            **os.environ,
            "PENSTOCK_REDIS_URL": self.server_url,
            "PENSTOCK_PARTITIONS": str(self.size.partitions),
            "PENSTOCK_WORKER_SLOTS": str(self.size.slots),
            "PENSTOCK_API_PORT": self.url.rpartition(":")[2],
            "PENSTOCK_LOG_FORMAT": "json",
        }
        with (self._folder / f"{role}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *tethered([sys.executable, "-m", f"penstock_{role}"], signal.SIGKILL), env=env, cwd=BENCH, stderr=log
            )
        self._processes.append(process)
        return process.pid

    async def idle_workers(self) -> int:
        """Return how many workers wait to be rung in the last partition: they have looked into every other before."""
        keys = PartitionKeys(PREFIX, self.size.partitions - 1, self.size.partitions)
        return int(await self.db.command("ZCARD", keys.idle))

    async def _until_ready(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            while self.size.apis and not await _answers(http):
                await asyncio.sleep(0.01)
        if self.size.schedulers:
            while any([not (await self.store.head(p)).owner for p in range(self.size.partitions)]):
                await asyncio.sleep(0.01)
        while await self.idle_workers() < self.size.workers:
            await asyncio.sleep(0.01)


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@asynccontextmanager
async def deployed(fsync: Fsync, size: Size | None = None) -> AsyncIterator[Deployment]:
    """Run a fresh deployment in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as folder:
        async with (
            embedded_server(Path(folder), appendfsync=fsync) as server,
            deployed_on(Servers(server.redis_url, [server.pid]), Path(folder), size or Size()) as deployment,
        ):
            yield deployment


@asynccontextmanager
async def deployed_on(servers: Servers, folder: Path, size: Size) -> AsyncIterator[Deployment]:
    """Run a fresh deployment on servers that run already; its logs are in the folder."""
    store = await open_valkey(servers.url, prefix=PREFIX, partitions=size.partitions)
    deployment = Deployment(servers, store, folder, size)
    try:
        await deployment.start()
        yield deployment
    finally:
        await deployment.stop()
        await deployment.db.close()
        await store.close()

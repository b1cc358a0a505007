"""A server of a test's own, to be killed, filled, frozen and brought back, and a deployment on it."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import httpx
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from api_kit import open_api
from penstock.embedded import EmbeddedServer, Fsync, embedded_server
from penstock.errors import StoreUnavailableError
from penstock.store.valkey import ValkeyStore, open_valkey
from stack import LEASE_SECONDS, PARTITIONS, Held, Noop, Stack, eventually, open_stack
from up_kit import free_port


class Deployment:
    """A stack on a server of its own. Every service gets a store of its own, as if it were a process."""

    def __init__(self, server: EmbeddedServer, stack: Stack) -> None:
        self.server = server
        self.stack = stack
        self._cleanup = stack._cleanup  # what is opened for a service is closed after it has stopped

    async def store(self) -> ValkeyStore:
        """Open one more store."""
        store = await open_valkey(self.stack.url, prefix=self.stack.prefix, partitions=PARTITIONS)
        self._cleanup.push_async_callback(store.close)
        return store

    async def serve(self, executor: Noop | Held) -> None:
        """Start a scheduler and a worker."""
        await self.stack.scheduler(await self.store())
        await self.stack.worker(executor, store=await self.store())

    async def api(self) -> httpx.AsyncClient:
        """Start an API."""
        return await self._cleanup.enter_async_context(open_api(await self.store()))

    async def admin(self, *command: str | float) -> object:
        """Tell the server something, on a connection made for it."""
        async with Redis.from_url(self.stack.url, socket_timeout=None, retry=Retry(NoBackoff(), 0)) as client:
            answer: object = await client.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
            return answer

    async def kill(self) -> None:
        """End the server as nobody should."""
        os.kill(self.server.pid, signal.SIGKILL)
        await self.gone()

    async def gone(self) -> None:
        """Wait for the end of the server."""

        async def ended() -> bool:
            return not self.server.running

        await eventually(ended, "the end of the server")

    async def revive(self) -> None:
        """Start the server on the port and the data that it had."""
        await self.server.start_async()
        await self.reconnect()

    async def reconnect(self) -> None:
        """Let the test's own connections find the server again."""

        async def answers() -> bool:
            try:
                return bool(await self.stack.store.head(0))
            except StoreUnavailableError:
                return False

        await eventually(answers, "the server to answer")

    def limit_files(self) -> None:
        """Let no file of the server grow any more: to it, this is a full disk."""
        files = (self.server_dir / "appendonlydir").glob("*.incr.aof")
        _limit(self.server.pid, max(file.stat().st_size for file in files))

    def free_files(self) -> None:
        """Let files grow again."""
        _limit(self.server.pid, resource.RLIM_INFINITY)

    @property
    def server_dir(self) -> Path:
        """Where the server keeps its data."""
        return self.server._dir.path


def _limit(pid: int, size: int) -> None:
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))


@asynccontextmanager
async def open_deployment(folder: Path, *, appendfsync: Fsync = "always") -> AsyncIterator[Deployment]:
    """Start a server and open an empty deployment on it."""
    async with (
        embedded_server(folder / "server", appendfsync=appendfsync) as server,
        open_stack(server.redis_url) as stack,
    ):
        yield Deployment(server, stack)


@asynccontextmanager
async def service(
    stack: Stack, module: str, *, stderr: IO[bytes] | None = None, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A service as a process of its own, killed in the end if it still lives. Its log goes to ``stderr`` or ours."""
    environment = {
        "PENSTOCK_REDIS_URL": stack.url,
        "PENSTOCK_KEY_PREFIX": stack.prefix,
        "PENSTOCK_WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
        "PENSTOCK_SCHEDULER_LEASE_SECONDS": str(LEASE_SECONDS),
        "PENSTOCK_LOG_LEVEL": "error",
        "PENSTOCK_LOG_FORMAT": "json",
        **settings,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **environment}, stderr=stderr
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


@asynccontextmanager
async def api_service(stack: Stack) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """An API as a process of its own, ready to serve."""
    port = free_port()
    async with (
        service(stack, "penstock_api", PENSTOCK_API_PORT=str(port)) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):

        async def ready() -> bool:
            try:
                return (await client.get("/readyz")).is_success
            except httpx.TransportError:  # not listening yet
                return False

        await eventually(ready, "the API to be ready", 60)
        yield process, client


async def pass_seconds(seconds: float) -> None:
    """Return when that much time has passed: for promises about what happens when a lease runs out."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def over() -> bool:
        return loop.time() >= end

    await eventually(over, f"{seconds} s to pass", seconds + 20)

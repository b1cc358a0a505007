"""Real services with a listener of their own, as the tests of metrics and probes run and ask them."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from stack import Stack
from up_kit import free_port


class Probed(msgspec.Struct):
    """A service that runs, and a client of its listener."""

    process: Process
    http: httpx.AsyncClient

    async def status(self, path: str) -> int:
        """Return the status with which the listener answers; 0 where nobody listens."""
        try:
            return (await self.http.get(path)).status_code
        except httpx.TransportError:
            return 0

    async def metrics(self) -> dict[tuple[str, ...], float]:
        """Return every sample by its name and the values of its labels."""
        return samples((await self.http.get("/metrics")).text)


@asynccontextmanager
async def probed(module: str, stack: Stack, **settings: str) -> AsyncIterator[Probed]:
    """Run a service of a deployment with a listener on a free port."""
    port = free_port()
    told = {"REDIS_URL": stack.url, "KEY_PREFIX": stack.prefix, "METRICS_PORT": str(port), "LOG_FORMAT": "json"}
    environment = {**os.environ, **{f"PENSTOCK_{name}": value for name, value in {**told, **settings}.items()}}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as http:
            yield Probed(process, http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return the samples of a page of metrics by name and label values."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}

"""Services that are started before their server, or while it is away."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from penstock.embedded import EmbeddedServer
from up_kit import free_port


@asynccontextmanager
async def lines_of(module: str, **settings: str) -> AsyncIterator[AsyncIterator[str]]:
    """Run a service; give what it logs."""
    environment = {**os.environ, **settings, "PENSTOCK_LOG_FORMAT": "json"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        yield (line.decode() async for line in process.stderr)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def logged(lines: AsyncIterator[str], text: str) -> None:
    seen = []
    async for line in lines:
        seen.append(line)
        if text in line:
            return
    raise AssertionError(f"ended without {text!r}: {''.join(seen)}")


@pytest.mark.parametrize(
    ("module", "started"),
    [
        ("penstock_api", "Application startup complete"),
        ("penstock_scheduler", "scheduler started"),
        ("penstock_worker", "worker started"),
    ],
)
async def test_a_service_waits_for_a_server_that_is_not_there_yet(module: str, started: str, tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "data", appendfsync="everysec") as server:
        url = server.redis_url
    api_port = str(free_port())
    async with lines_of(module, PENSTOCK_REDIS_URL=url, PENSTOCK_API_PORT=api_port) as lines:
        await logged(lines, "waiting for the store")
        with server:
            await logged(lines, started)

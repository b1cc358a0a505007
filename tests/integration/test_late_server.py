"""Services that are started before their server, or while it is away."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from listener_kit import samples
from penstock.embedded import EmbeddedServer
from stack import eventually
from up_kit import free_port


@asynccontextmanager
async def service(module: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a service; what it logs can be read from its standard error."""
    environment = {**os.environ, **settings, "PENSTOCK_LOG_FORMAT": "json"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def logged(process: asyncio.subprocess.Process, text: str) -> list[str]:
    """Wait for a line with that text; return the lines so far."""
    assert process.stderr is not None
    seen = []
    async for line in process.stderr:
        seen.append(line.decode())
        if text in seen[-1]:
            return seen
    raise AssertionError(f"ended without {text!r}: {''.join(seen)}")


@pytest.mark.parametrize(
    ("module", "started"),
    [
        ("penstock_api", "api started"),
        ("penstock_scheduler", "scheduler started"),
        ("penstock_worker", "worker started"),
    ],
)
async def test_a_service_waits_for_a_server_that_is_not_there_yet(module: str, started: str, tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "data", appendfsync="everysec") as server:
        url = server.redis_url
    api_port = str(free_port())
    async with service(module, PENSTOCK_REDIS_URL=url, PENSTOCK_API_PORT=api_port) as process:
        await logged(process, "waiting for the store")
        with server:
            await logged(process, started)


@pytest.mark.parametrize("module", ["penstock_api", "penstock_scheduler", "penstock_worker"])
async def test_a_service_that_is_told_to_stop_while_it_waits_for_its_server_ends_without_failure(module: str) -> None:
    # Its own handler ends it, not the kernel's default, which does not exist for the first process of a container.
    url = f"redis://127.0.0.1:{free_port()}/0"
    async with service(module, PENSTOCK_REDIS_URL=url) as process:
        await logged(process, "waiting for the store")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_an_api_answers_from_the_start_and_asks_to_come_again_until_it_has_reached_its_server(
    tmp_path: Path,
) -> None:
    with EmbeddedServer(tmp_path / "data", appendfsync="everysec") as server:
        url = server.redis_url
    port = free_port()
    async with (
        service("penstock_api", PENSTOCK_REDIS_URL=url, PENSTOCK_API_PORT=str(port)) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as api,
    ):
        await logged(process, "waiting for the store")

        async def answers() -> httpx.Response | None:
            try:
                return await api.get("/healthz")
            except httpx.TransportError:  # not listening yet
                return None

        alive = await eventually(answers, "the API to listen")
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
        for method, path in (("GET", "/readyz"), ("GET", "/dags"), ("POST", "/dags/any/run"), ("GET", "/")):
            refused = await api.request(method, path)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_ready")
            assert "has not been reached yet" in refused.json()["error"]["message"]
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["x-request-id"]
        assert (await api.get("/readyz", headers={"host": "evil.example"})).status_code == 421
        scraped = await api.get("/metrics", headers={"accept": "text/plain"})
        assert (scraped.status_code, samples(scraped.text)["penstock_store_up",]) == (200, 0)
        assert (await api.get("/metrics")).status_code == 503
        with server:

            async def ready() -> bool:
                return (await api.get("/readyz")).status_code == 200

            await eventually(ready, "the API to be ready")
            assert (await api.get("/dags")).json()["dags"] == []
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.mark.parametrize("module", ["penstock_api", "penstock_scheduler", "penstock_worker"])
async def test_a_service_ends_and_says_why_where_its_server_would_lose_what_it_acknowledges(
    module: str, tmp_path: Path
) -> None:
    with EmbeddedServer(tmp_path / "data", appendfsync="everysec") as server:
        async with Redis.from_url(server.redis_url) as admin:
            await admin.config_set("appendfsync", "no")
        settings = {"PENSTOCK_REDIS_URL": server.redis_url, "PENSTOCK_API_PORT": str(free_port())}
        async with service(module, **settings) as process:
            seen = await logged(process, "cannot start")
            assert "an acknowledged write may be lost" in seen[-1]
            assert "Traceback" not in "".join(seen)
            assert await asyncio.wait_for(process.wait(), 20) == 1


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False)])
async def test_an_api_that_listens_beyond_loopback_says_that_it_has_no_login(
    host: str, warned: bool, server_url: str
) -> None:
    settings = {"PENSTOCK_REDIS_URL": server_url, "PENSTOCK_API_HOST": host, "PENSTOCK_API_PORT": str(free_port())}
    async with service("penstock_api", **settings) as process:
        seen = await logged(process, "api started")
        assert any("no login" in line for line in seen) == warned

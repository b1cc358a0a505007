"""Every case of the suite runs on every store: in memory, on the embedded Valkey alone and as a Cluster, and on a Redis
where there is one."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from penstock.store.base import Store
from store_backends import PATIENCE_S, Backend, ServerBackend, open_backend

LEAST_REDIS = (7, 0)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis: the program that PENSTOCK_TEST_REDIS names, else ``redis-server`` on the PATH."""
    program = os.environ.get("PENSTOCK_TEST_REDIS") or shutil.which("redis-server")
    if program is None:
        _missing("no redis-server on the PATH (or named by PENSTOCK_TEST_REDIS)")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"v=(\d+)\.(\d+)", said)
    if version is None or tuple(map(int, version.groups())) < LEAST_REDIS:
        _missing(f"{program} is older than Redis 7.0: {said.strip()}")
    folder = tmp_path_factory.mktemp("redis")
    port = _free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait_until_ready(server, port, folder / "redis.log")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _missing(what: str) -> NoReturn:
    """Skip on a laptop, fail where everything is to be checked."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:
        while True:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "redis-server does not answer"
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.01)
            else:
                return


@pytest.fixture(params=["memory", "valkey", "redis", "cluster"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """The address of the server behind the store, None for the store in memory."""
    fixtures = {"memory": None, "valkey": "server_url", "redis": "redis_url", "cluster": "cluster_url"}
    fixture = fixtures[request.param]
    if fixture is None:
        return None
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def backend(store_url: str | None) -> AsyncIterator[Backend]:
    """An empty store and the ways around it."""
    # Not strict: the Redis of the tests keeps no file.
    opened = await open_backend(store_url, strict=False)
    yield opened
    await opened.store.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    """An empty store."""
    return backend.store


@pytest.fixture
def server(backend: Backend) -> ServerBackend:
    """An empty store on a server; for tests with ``store_url`` parametrised to servers."""
    assert isinstance(backend, ServerBackend)
    return backend

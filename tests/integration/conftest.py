"""What the tests of whole processes share."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api_kit import open_api
from audited import Audited, open_audited
from executor_kit import tidy_callable_executor
from penstock_worker.executors.callables import CallableExecutor
from stack import Stack, open_stack

HERE = Path(__file__).parent


@pytest.fixture
async def stack(server_url: str) -> AsyncIterator[Stack]:
    """A Penstock in this process, on the real server."""
    async with open_stack(server_url) as opened:
        yield opened


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """Its API, called without a network between."""
    async with open_api(stack.store) as client:
        yield client


@pytest.fixture
async def executor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CallableExecutor]:
    """An executor of callables in this folder, which must leave nothing behind."""
    monkeypatch.chdir(HERE)
    async with tidy_callable_executor() as executor:
        yield executor


@pytest.fixture
async def audited(server_url: str) -> AsyncIterator[Audited]:
    """A partition with a past, on the real server."""
    async with open_audited(server_url) as opened:
        yield opened

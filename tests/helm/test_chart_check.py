"""What `helm test` runs, against a real Penstock."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from api_kit import serve_api
from helm_kit import CHART, one, rendered
from stack import Stack, open_stack

SCRIPT = (CHART / "files/check.py").read_text()


@pytest.fixture
async def stack(server_url: str) -> AsyncIterator[Stack]:
    async with open_stack(server_url) as opened:
        yield opened


async def checked(url: str, *, seconds: float, run: str = "yes") -> tuple[int, str]:
    """Return how the check ends and all that it says."""
    script = SCRIPT.replace("SECONDS = 120.0", f"SECONDS = {seconds}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", script, env={"CHECK_URL": url, "CHECK_RUN": run}, stdout=-1, stderr=-2
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_it_passes_once_every_partition_is_served_and_a_run_has_succeeded(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    async with serve_api(stack.store) as (client, _):
        code, said = await checked(str(client.base_url).rstrip("/"), seconds=60)
        again, _ = await checked(str(client.base_url).rstrip("/"), seconds=60)
    assert (code, again) == (0, 0), said
    assert "every partition is served" in said
    assert "helm-test has succeeded" in said


async def test_it_fails_and_says_why_where_no_scheduler_is(stack: Stack) -> None:
    async with serve_api(stack.store) as (client, _):
        code, said = await checked(str(client.base_url).rstrip("/"), seconds=1)
    assert code == 1
    assert "no scheduler serves the partitions" in said


async def test_it_fails_and_says_why_where_no_worker_is(stack: Stack) -> None:
    await stack.scheduler()
    async with serve_api(stack.store) as (client, _):
        code, said = await checked(str(client.base_url).rstrip("/"), seconds=5)
    assert code == 1
    assert "is there a worker?" in said


async def test_it_fails_and_says_why_where_nobody_listens() -> None:
    code, said = await checked("http://127.0.0.1:9", seconds=0.1)
    assert code == 1
    assert "/readyz" in said


def test_the_pod_of_the_check_runs_that_script_against_the_service() -> None:
    pod = one(rendered(), "Pod", "check")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    (container,) = pod["spec"]["containers"]
    assert container["command"][-1].strip() == SCRIPT.strip()
    assert {"name": "CHECK_URL", "value": "http://demo-penstock-api.flows.svc:8000"} in container["env"]

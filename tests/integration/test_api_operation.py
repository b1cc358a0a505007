"""The API as a process: metrics, documentation, and an end that open streams do not delay."""

import asyncio
import base64
import hashlib
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api_kit import SAMPLE, open_api, sse
from penstock_api.routes.metrics import wants_text
from stack import DIAMOND, Noop, Stack, dag, eventually


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(stack.store) as client:
        yield client


async def test_on_a_server_that_was_emptied_it_is_not_ready_and_says_of_no_run_that_there_is_none(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    run_id = await stack.start(dag("diamond", DIAMOND))
    keys = await stack.store._db.command("KEYS", f"{stack.prefix}:*")
    await stack.store._db.command("DEL", *keys)
    ready = await api.get("/readyz")
    assert ready.status_code == 503
    assert "was emptied" in ready.json()["error"]["message"]
    assert (await api.get(f"/runs/{run_id}")).status_code == 503


async def test_metrics_count_what_there_is(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    metrics = (await api.get("/metrics")).json()
    assert (metrics["dags_registered"], metrics["runs_total"], metrics["dead_letters"]) == (1, 1, 0)
    assert metrics["runs_by_status"]["succeeded"] == 1
    assert metrics["tasks_by_status"]["succeeded"] == 4
    assert set(metrics["tasks_by_status"]) == {
        *("waiting", "ready", "running", "retrying", "succeeded", "failed", "skipped", "upstream_failed", "cancelled")
    }
    assert metrics["events_total"] == 1 + len(await stack.history(run_id))
    assert (metrics["queue_depth"], metrics["tasks_claimed"], metrics["inbox_lag"]) == (0, 0, 0)


async def test_what_waits_for_a_scheduler_shows_as_lag(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    await api.post("/dags/sample/run")
    metrics = (await api.get("/metrics")).json()
    assert (metrics["inbox_lag"], metrics["runs_by_status"]["requested"]) == (2, 1)


@pytest.mark.parametrize("accept", ["text/plain", "application/openmetrics-text; version=1.0.0, */*;q=0.1"])
async def test_prometheus_gets_the_same_numbers(api: httpx.AsyncClient, accept: str) -> None:
    await api.post("/dags", json=SAMPLE)
    answer = await api.get("/metrics", headers={"accept": accept})
    assert answer.headers["content-type"].startswith(accept.partition(";")[0])
    text = answer.text.removesuffix("# EOF\n")
    samples = {
        (one.name, *one.labels.values()): one.value for f in text_string_to_metric_families(text) for one in f.samples
    }
    assert samples["penstock_dags",] == 1
    assert samples["penstock_inbox_lag",] == 1
    assert samples["penstock_runs", "requested"] == 0
    assert samples["penstock_events_total",] == 0


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("application/json, text/plain, */*", False),
        ("text/plain;q=0.4, application/json;q=0.9", False),
        ("text/plain;q=nonsense", False),
        ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
        (
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            True,
        ),
        ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", True),
        ("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", True),
    ],
)
def test_prometheus_text_is_for_those_who_prefer_it(accept: str, text: bool) -> None:
    assert wants_text(accept) is text


async def test_the_documentation_needs_nothing_from_elsewhere(api: httpx.AsyncClient) -> None:
    page = await api.get("/docs")
    assert "//" not in re.sub(r"<!doctype[^>]*>", "", page.text)
    policy = page.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    for path in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        assert (await api.get(f"/{path}")).status_code == 200
    assert (await api.get("/openapi.json")).json()["info"]["title"] == "Penstock"


async def test_what_the_page_has_inline_is_what_its_policy_allows(api: httpx.AsyncClient) -> None:
    page = await api.get("/docs")
    inline = re.findall(r"<(?:script|style)>(.*?)</", page.text, re.DOTALL)
    assert inline
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["content-security-policy"]


async def test_the_schema_of_definitions_is_published(api: httpx.AsyncClient) -> None:
    answer = await api.get("/schema/dag.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["required"] == ["id", "tasks"]


@asynccontextmanager
async def process(stack: Stack) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """Run ``python -m penstock_api`` on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = {"REDIS_URL": stack.url, "KEY_PREFIX": stack.prefix, "API_PORT": str(port), "LOG_FORMAT": "json"}
    environment = {**os.environ, **{f"PENSTOCK_{name}": value for name, value in names.items()}}
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "penstock_api", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            await eventually(lambda: _ready(client), "the process to be ready")
            yield started, client
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_its_streams_in_order_and_exits_with_0(stack: Stack, number: signal.Signals) -> None:
    async with process(stack) as (running, api):
        await api.post("/dags", json=SAMPLE)
        run_id = (await api.post("/dags/sample/run")).json()["run_id"]
        async with api.stream("GET", f"/runs/{run_id}/tasks/a/logs?follow=true") as log:
            stream = sse(api, "/events")
            await anext(stream)
            running.send_signal(number)
            assert [frame.data async for frame in stream if frame.data] == []
            assert await log.aread() == b""
        assert running.stderr
        errors = (await running.stderr.read()).decode()
        assert await running.wait() == 0
    assert "Traceback" not in errors
    assert all(line.startswith("{") for line in errors.splitlines())


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).is_success
    except httpx.TransportError:
        return False

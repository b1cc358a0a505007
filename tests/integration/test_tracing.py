"""Request, run and attempts as one trace: real services, and a collector that gets what they export."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from api_kit import Json, open_api, serve_api
from collector_kit import Collected, Collector, collecting
from listener_kit import probed
from penstock.client import Client
from penstock.core import events as e
from penstock.errors import InvalidInputError
from penstock.tracing import derived_trace_id, parse_traceparent, tracing
from stack import Stack, eventually
from up_kit import penstock

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that every service of the test exports to."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        yield collector


@asynccontextmanager
async def deployment(stack: Stack, **settings: str) -> AsyncIterator[httpx.AsyncClient]:
    """An API in this process; a scheduler and a worker in processes of their own."""
    async with AsyncExitStack() as running:
        tracer = await running.enter_async_context(tracing("api"))
        yield_to = await running.enter_async_context(open_api(stack.store, tracer=tracer))
        for module in ("penstock_scheduler", "penstock_worker"):
            await running.enter_async_context(probed(module, stack, **settings))
        yield yield_to


async def spans(collector: Collector, names: dict[str, int]) -> dict[str, list[Collected]]:
    """Return the spans of these names once as many as are expected have come."""

    async def complete() -> dict[str, list[Collected]] | None:
        found = {name: collector.named(name) for name in names}
        return found if all(len(found[name]) >= count for name, count in names.items()) else None

    found = await eventually(complete, f"{names}, had {[span.name for span in collector.spans]}")
    assert {name: len(held) for name, held in found.items()} == names
    return found


async def register(api: httpx.AsyncClient, dag_id: str, tasks: Json) -> None:
    answer = await api.post("/dags", json={"id": dag_id, "name": dag_id, "tasks": tasks})
    assert answer.status_code == 201, answer.text


async def run(api: httpx.AsyncClient, dag_id: str, **headers: str) -> str:
    answer = await api.post(f"/dags/{dag_id}/run", headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status_code in {200, 202}, answer.text
    return str(answer.json()["run_id"])


async def printed(stack: Stack, run_id: str, task_id: str, attempt: int) -> str:
    (line,) = await stack.store.output(run_id, task_id, attempt, 0, 10)
    return line.text


async def test_a_request_its_run_and_every_attempt_are_one_trace_and_each_task_knows_its_span(
    stack: Stack, collector: Collector, tmp_path: Path
) -> None:
    (tmp_path / "told.py").write_text("import os\ndef told():\n    print(os.environ['TRACEPARENT'])\n")
    once = f'echo "$TRACEPARENT"; mkdir {tmp_path}/once 2>&- && exit 7; exit 0'
    shell = {"name": "A", "command": once, "retries": 1, "retry_delay_seconds": 0}
    python = {
        "name": "B",
        "callable": "told:told",
        "dependencies": ["a"],
        "env": {"PYTHONPATH": str(tmp_path), "TRACEPARENT": "forged"},
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(tmp_path), prepend=":")
        async with deployment(stack) as api:
            await register(api, "traced", {"a": shell, "b": python})
            run_id = await run(api, "traced", traceparent=CALLER)
            assert await stack.ended(run_id) == "succeeded"
            wanted = {"POST /dags/{dag_id}/run": 1, "run traced": 1, "task a": 2, "task b": 1}
            found = await spans(collector, wanted)
    (request,), (whole,), (first, second), (third,) = found.values()
    assert {span.trace_id for spans in found.values() for span in spans} == {TRACE}
    assert request.parent_id == SPAN
    assert whole.parent_id == request.span_id
    assert {first.parent_id, second.parent_id, third.parent_id} == {whole.span_id}
    assert [one.service for one in (request, whole, first)] == ["penstock-api", "penstock-scheduler", "penstock-worker"]
    assert [one.failed for one in (request, whole, first, second)] == [False, False, True, False]
    assert (first.attributes["process.exit.code"], first.attributes["error.type"]) == (7, "exit")
    assert [one.attributes["penstock.task.attempt"] for one in (first, second, third)] == [1, 2, 1]
    assert {one.attributes["penstock.run.id"] for one in (request, whole, first, third)} == {run_id}
    assert whole.attributes["penstock.run.status"] == "succeeded"
    assert [event.name for event in first.raw.events] == ["ready"]
    assert whole.raw.start_time_unix_nano < whole.raw.end_time_unix_nano
    assert await printed(stack, run_id, "a", 1) == first.traceparent
    assert await printed(stack, run_id, "a", 2) == second.traceparent
    assert await printed(stack, run_id, "b", 1) == third.traceparent


async def test_without_a_callers_trace_that_of_a_run_follows_from_its_id_and_asking_again_is_linked_to_it(
    stack: Stack, collector: Collector
) -> None:
    async with deployment(stack) as api:
        await register(api, "alone", {"a": {"name": "A", "command": "true"}})
        run_id = await run(api, "alone", idempotency_key="k")
        assert await run(api, "alone", idempotency_key="k") == run_id
        found = await spans(collector, {"POST /dags/{dag_id}/run": 2, "run alone": 1, "task a": 1})
    (asked, again), (whole,), (task,) = found.values()
    assert asked.trace_id == whole.trace_id == task.trace_id == derived_trace_id(run_id)
    assert (asked.parent_id, whole.parent_id, task.parent_id) == ("", asked.span_id, whole.span_id)
    assert again.trace_id != asked.trace_id
    (link,) = again.raw.links
    assert (link.trace_id.hex(), link.span_id.hex()) == (whole.trace_id, whole.span_id)


async def test_a_lost_attempt_is_told_of_by_the_scheduler_under_the_id_that_the_task_knew(
    stack: Stack, collector: Collector, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    leases = {"WORKER_LEASE_SECONDS": "1", "SCHEDULER_LEASE_SECONDS": "1"}
    async with tracing("api") as tracer, open_api(stack.store, tracer=tracer) as api:
        command = f"echo $TRACEPARENT > {begun}.new; mv {begun}.new {begun}; sleep 60"
        await register(api, "loses", {"a": {"name": "A", "command": command}})
        async with probed("penstock_scheduler", stack, **leases):
            async with probed("penstock_worker", stack, **leases) as worker:
                await run(api, "loses")
                await eventually(lambda: exists(begun), "the task to begin")
                worker.process.kill()
            ((lost,),) = (await spans(collector, {"task a": 1})).values()
    assert lost.traceparent == begun.read_text().strip()
    assert (lost.service, lost.failed, lost.attributes["penstock.task.outcome"]) == ("penstock-scheduler", True, "lost")
    assert lost.raw.end_time_unix_nano > lost.raw.start_time_unix_nano


async def exists(path: Path) -> bool:
    return path.exists()


async def test_without_an_exporter_a_callers_trace_still_reaches_the_task_and_nobody_elses_does(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    async with open_api(stack.store) as api:
        await register(api, "passes", {"a": {"name": "A", "command": 'echo "${TRACEPARENT-none}"'}})
        traced = await run(api, "passes", traceparent=CALLER)
        untraced = await run(api, "passes")
        hostile = await run(api, "passes", traceparent=CALLER + "-and-more")
    for run_id in (traced, untraced, hostile):
        assert await stack.ended(run_id) == "succeeded"
    told = parse_traceparent(await printed(stack, traced, "a", 1))
    assert told is not None
    assert (told.trace_id, told.sampled) == (TRACE, True)
    assert told.span_id != SPAN
    assert [await printed(stack, one, "a", 1) for one in (untraced, hostile)] == ["none", "none"]
    requests = [event for one in (traced, untraced, hostile) for event in await stack.history(one)]
    kept = [event.traceparent for event in requests if isinstance(event, e.RunRequested)]
    assert kept == [CALLER, "", ""]


async def test_a_trace_that_its_caller_does_not_record_is_passed_on_and_not_exported(
    stack: Stack, collector: Collector
) -> None:
    async with deployment(stack) as api:
        await register(api, "unrecorded", {"a": {"name": "A", "command": 'echo "$TRACEPARENT"'}})
        run_id = await run(api, "unrecorded", traceparent=CALLER.removesuffix("01") + "00")
        assert await stack.ended(run_id) == "succeeded"
        recorded = await run(api, "unrecorded")
        assert await stack.ended(recorded) == "succeeded"
        await spans(collector, {"run unrecorded": 1, "task a": 1, "POST /dags/{dag_id}/run": 1})
    assert (await printed(stack, run_id, "a", 1)).startswith(f"00-{TRACE}-")
    assert (await printed(stack, run_id, "a", 1)).endswith("-00")
    assert TRACE not in {span.trace_id for span in collector.spans}


async def test_work_goes_on_while_the_collector_does_not_answer_and_services_end_all_the_same(
    stack: Stack, collector: Collector
) -> None:
    collector.open.clear()
    async with asyncio.timeout(60):
        async with deployment(stack, DRAIN_GRACE_SECONDS="1") as api:
            await register(api, "goes-on", {f"t{n}": {"name": "T", "command": "true"} for n in range(20)})
            run_id = await run(api, "goes-on")
            assert await stack.ended(run_id) == "succeeded"
            assert await asyncio.to_thread(collector.asked.wait, 20)
        # The API of this process has ended; the collector still holds its request.
        assert not collector.open.is_set()


async def test_the_command_line_and_the_client_pass_a_trace_on(stack: Stack) -> None:
    await stack.scheduler()
    async with serve_api(stack.store) as (api, _):
        await register(api, "asked", {"a": {"name": "A", "command": "true"}})
        url = str(api.base_url)

        def ask() -> list[str]:
            env = {**os.environ, "PENSTOCK_API_URL": url}
            told = [penstock("run", "asked", env={**env, "TRACEPARENT": value}) for value in (CALLER, "no\ntrace", "")]
            assert [done.returncode for done in told] == [0, 0, 0], told
            with Client(url) as client:
                by_client = client.run("asked", traceparent=CALLER)
                with pytest.raises(InvalidInputError, match="traceparent must look like"):
                    client.run("asked", traceparent="no\ntrace")
            return [*(done.stdout.strip() for done in told), by_client.run_id]

        runs = await asyncio.to_thread(ask)
        kept = [(await stack.view(run_id)).summary.traceparent for run_id in runs]
        for run_id in runs:
            await eventually(partial(stack.history, run_id), "the run to be in the log")
        shown = [(await api.get(f"/runs/{run_id}/events")).json()["events"][0] for run_id in runs]
    assert kept == [CALLER, "", "", CALLER]
    assert [event.get("traceparent") for event in shown] == [CALLER, None, None, CALLER]


async def test_the_logs_of_a_traced_request_and_of_its_attempts_tell_the_trace(
    stack: Stack, collector: Collector
) -> None:
    async with tracing("api") as tracer, open_api(stack.store, tracer=tracer) as api:
        await stack.scheduler()
        async with probed("penstock_worker", stack, LOG_LEVEL="debug") as worker:
            await register(api, "logged", {"a": {"name": "A", "command": "true"}})
            run_id = await run(api, "logged")
            assert await stack.ended(run_id) == "succeeded"
            assert worker.process.stderr is not None
            async for line in worker.process.stderr:
                if b"attempt ended" in line:
                    break
    said = json.loads(line)
    assert (said["run"], said["task"], said["trace_id"]) == (run_id, "a", derived_trace_id(run_id))

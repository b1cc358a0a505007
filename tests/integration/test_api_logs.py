"""What attempts printed, over HTTP: whole, or while it is being printed."""

import asyncio
from pathlib import Path

import httpx
import pytest

from api_kit import SAMPLE, open_api, serve_api
from penstock.core.status import TaskStatus
from penstock.ids import partition_of_dag
from penstock.store.records import QueueEntry
from penstock_api import attempt_log
from stack import Stack, dag, eventually


async def test_lines_of_both_streams_come_as_text_in_the_order_they_were_taken(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_log, "PAGE_LINES", 3)
    run_id = await stack.start(dag("mixed", {"a": ()}))
    claim = QueueEntry(partition_of_dag("mixed", stack.store.partitions), "default", 1, run_id, "a", 0, 1, "mixed", "v")
    lines = [(number, ("stdout", "stderr")[number % 2], f"line {number} <&é>") for number in range(10)]
    await stack.store.append_output(claim, 1, lines)
    answer = await api.get(f"/runs/{run_id}/tasks/a/logs")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.splitlines() == [text for _, _, text in lines]


async def test_each_attempt_has_its_own_log_and_the_latest_is_the_default(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    command = "echo attempt $PENSTOCK_ATTEMPT; exit 1"
    run_id = await stack.start(dag("tries", {"a": ()}, command=command, retries=2, retry_delay_seconds=0.01))
    await stack.ended(run_id)
    path = f"/runs/{run_id}/tasks/a/logs"
    texts = [(await api.get(path, params={"attempt": attempt})).text for attempt in (1, 2, 3)]
    assert texts == ["attempt 1\n", "attempt 2\n", "attempt 3\n"]
    assert (await api.get(path)).text == "attempt 3\n"
    assert (await api.get(path, params={"attempt": 4})).status_code == 404
    for wrong in ("0", "-1", "x"):
        assert (await api.get(path, params={"attempt": wrong})).status_code == 422


async def test_a_task_that_was_not_tried_yet_has_an_empty_log(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    answer = await api.get(f"/runs/{run_id}/tasks/b/logs")
    assert (answer.status_code, answer.text) == (200, "")
    assert (await api.get(f"/runs/{run_id}/tasks/b/logs?attempt=1")).status_code == 404


async def test_following_shows_lines_while_the_attempt_runs_and_ends_with_it(stack: Stack, tmp_path: Path) -> None:
    await stack.scheduler()
    await stack.worker()
    gate = tmp_path / "gate"
    command = f"echo one; while [ ! -e {gate} ]; do sleep 0.01; done; echo two; echo three >&2"
    run_id = await stack.start(dag("slow", {"a": ()}, command=command))
    path = f"/runs/{run_id}/tasks/a/logs?follow=true"
    async with serve_api(stack.store) as (api, _), api.stream("GET", path) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "one"
        assert (await stack.tasks(run_id))["a"].status is TaskStatus.RUNNING
        gate.touch()
        assert sorted([line async for line in lines]) == ["three", "two"]
    assert (await stack.tasks(run_id))["a"].exit_code == 0


async def test_following_an_attempt_ends_with_it_and_not_with_the_next(stack: Stack, tmp_path: Path) -> None:
    await stack.scheduler()
    await stack.worker()
    gate = tmp_path / "gate"
    command = f'[ "$PENSTOCK_ATTEMPT" = 1 ] && echo first && exit 1; while [ ! -e {gate} ]; do sleep 0.01; done'
    spec = dag("twice", {"a": ()}, command=command, retries=1, retry_delay_seconds=0.01)
    async with open_api(stack.store) as api:
        run_id = await stack.start(spec)
        assert (await api.get(f"/runs/{run_id}/tasks/a/logs?follow=true")).text == "first\n"
        assert (await api.get(f"/runs/{run_id}/tasks/a/logs?follow=true&attempt=1")).text == "first\n"
        gate.touch()
        await stack.ended(run_id)


async def test_following_a_task_that_will_never_run_ends(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = await stack.start(dag("blocked", {"a": (), "b": ("a",)}, command="exit 1"))
    following = asyncio.create_task(api.get(f"/runs/{run_id}/tasks/b/logs?follow=true"))
    await stack.scheduler()
    await stack.worker()
    answer = await following
    assert (answer.status_code, answer.text) == (200, "")
    assert (await stack.tasks(run_id))["b"].status is TaskStatus.UPSTREAM_FAILED


async def test_everything_printed_is_there_before_following_ends(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("many", {"a": ()}, command="seq 1 5000"))
    answer = await api.get(f"/runs/{run_id}/tasks/a/logs?follow=true")
    assert answer.text == "".join(f"{number}\n" for number in range(1, 5001))


async def test_who_stops_following_leaves_nothing_behind(stack: Stack) -> None:
    run_id = await stack.start(dag("left", {"a": ()}))
    async with serve_api(stack.store) as (api, server):
        async with api.stream("GET", f"/runs/{run_id}/tasks/a/logs?follow=true"):
            assert server.server_state.tasks
        await eventually(lambda: _answer(not server.server_state.tasks), "the stream to end")


async def _answer(value: bool) -> bool:
    return value

"""The grid: many runs of a DAG side by side, task by task."""

from collections.abc import Mapping, Sequence

import httpx
import pytest

from api_kit import SAMPLE, Json, serve_api, sse
from penstock.core.status import TaskStatus
from penstock_api.grid import MOST_CELLS, NOT_THERE, letter
from stack import Held, Noop, Stack, dag, eventually


def shell(**tasks: tuple[str, Sequence[str]]) -> Mapping[str, Json]:
    return {
        name: {"name": name.upper(), "command": command, "dependencies": list(dependencies)}
        for name, (command, dependencies) in tasks.items()
    }


async def register(api: httpx.AsyncClient, tasks: Mapping[str, Json], dag_id: str = "grid") -> None:
    answer = await api.post("/dags", json={"id": dag_id, "tasks": tasks})
    assert answer.status_code in {200, 201}, answer.text


async def run(api: httpx.AsyncClient, dag_id: str = "grid") -> str:
    run_id: str = (await api.post(f"/dags/{dag_id}/run")).json()["run_id"]
    return run_id


async def test_a_dag_without_runs_has_its_tasks_and_no_columns(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    answer = await api.get("/dags/sample/grid")
    assert answer.status_code == 200
    assert answer.json() == {
        "dag_id": "sample",
        "tasks": [
            {"task_id": "a", "name": "A", "dependencies": []},
            {"task_id": "b", "name": "B", "dependencies": ["a"]},
        ],
        "runs": [],
        "next_cursor": None,
        "position": answer.json()["position"],
    }


async def test_a_column_is_the_run_as_listed_with_a_letter_and_a_duration_for_each_task(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    tasks = shell(good=("sleep 0.02", ()), bad=("exit 1", ()), after=("true", ["bad"]))
    await register(api, tasks)
    run_id = await run(api)
    await stack.ended(run_id)
    (column,) = (await api.get("/dags/grid/grid")).json()["runs"]
    listed = (await api.get("/runs", params={"dag_id": "grid"})).json()["runs"][0]
    assert {**listed, "cells": "sfu", "durations_ms": column["durations_ms"]} == column
    states = await stack.tasks(run_id)
    assert column["durations_ms"] == [
        states["good"].finished_at - states["good"].started_at,
        states["bad"].finished_at - states["bad"].started_at,
        None,
    ]
    assert column["durations_ms"][0] > 0


async def test_tasks_that_have_not_ended_have_letters_too_and_no_duration(stack: Stack, api: httpx.AsyncClient) -> None:
    await register(api, shell(a=("true", ()), b=("true", ["a"])))
    waits = await run(api)
    (column,) = (await api.get("/dags/grid/grid")).json()["runs"]
    assert (column["run_id"], column["status"], column["cells"]) == (waits, "requested", "ww")
    await stack.scheduler()

    async def cells() -> str:
        (column,) = (await api.get("/dags/grid/grid")).json()["runs"]
        assert column["durations_ms"] == [None, None]
        return str(column["cells"])

    async def ready() -> bool:
        return await cells() == "qw"

    async def running() -> bool:
        return await cells() == "rw"

    await eventually(ready, "the first task to be ready")
    await stack.worker(Held())
    await eventually(running, "the first task to run")
    await api.post(f"/runs/{waits}/cancel")
    await stack.ended(waits)
    (column,) = (await api.get("/dags/grid/grid")).json()["runs"]
    assert column["cells"] == "cc"
    assert column["durations_ms"][1] is None


async def test_a_retrying_task_shows_how_long_its_latest_attempt_took(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("grid", {"a": ()}, command="exit 1", retries=1, retry_delay_seconds=600))

    async def retrying() -> list[Json]:
        columns: list[Json] = (await api.get("/dags/grid/grid")).json()["runs"]
        return [column for column in columns if column["cells"] == "t"]

    (column,) = await eventually(retrying, "the task to wait for its second attempt")
    task = (await stack.tasks(run_id))["a"]
    assert column["durations_ms"] == [task.finished_at - task.started_at]


async def test_the_tasks_of_former_versions_come_after_those_of_the_current_one(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    old = shell(gone=("true", ()), kept=("true", ["gone"]))
    await register(api, old)
    first = await run(api)
    await stack.ended(first)
    await register(api, shell(new=("true", ()), kept=("true", ["new"])))
    second = await run(api)
    await stack.ended(second)
    shown = (await api.get("/dags/grid/grid")).json()
    assert [(task["task_id"], task["dependencies"]) for task in shown["tasks"]] == [
        ("new", []),
        ("kept", ["new"]),
        ("gone", []),
    ]
    assert [(column["run_id"], column["cells"]) for column in shown["runs"]] == [(second, "ss-"), (first, "-ss")]
    assert shown["runs"][1]["durations_ms"][0] is None
    await register(api, old)
    back = (await api.get("/dags/grid/grid")).json()
    assert [task["task_id"] for task in back["tasks"]] == ["gone", "kept", "new"]
    assert [column["cells"] for column in back["runs"]] == ["-ss", "ss-"]


async def test_the_columns_come_in_pages_newest_first(api: httpx.AsyncClient) -> None:
    await register(api, shell(a=("true", ())))
    await register(api, shell(a=("true", ())), "other")
    runs = sorted([await run(api) for _ in range(5)], reverse=True)
    await run(api, "other")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/dags/grid/grid", params={"limit": 2, "cursor": cursor})).json()
        found += [column["run_id"] for column in page["runs"]]
        cursor = page["next_cursor"]
    assert found == runs


async def test_very_large_runs_come_in_smaller_pages_of_which_none_is_empty(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penstock_api.routes.grid.MOST_CELLS", 5)
    assert MOST_CELLS > 5
    await register(api, shell(a=("true", ()), b=("true", ())))
    first = await run(api)
    await register(api, {name: {"name": name, "command": "true"} for name in "abcdefgh"})
    runs = [first, *sorted([await run(api) for _ in range(2)])]
    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/dags/grid/grid", params={"cursor": cursor})).json()
        pages.append([column["run_id"] for column in page["runs"]])
        cursor = page["next_cursor"]
    assert pages == [[run_id] for run_id in sorted(runs, reverse=True)]


async def test_the_stream_of_the_dag_goes_on_from_the_grids_position(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    await register(api, shell(a=("true", ())))
    await stack.ended(await run(api))
    position = (await api.get("/dags/grid/grid")).json()["position"]
    later = await run(api)
    await stack.ended(later)
    async with serve_api(stack.store) as (client, _):
        async for frame in sse(client, f"/events?dag_id=grid&last_event_id={position}"):
            if frame.data:
                assert frame.event == "RunRequested"
                assert later in frame.data
                break


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=x", "cursor=%00"])
async def test_a_bad_page_is_refused_with_the_field_named(api: httpx.AsyncClient, query: str) -> None:
    await api.post("/dags", json=SAMPLE)
    answer = await api.get(f"/dags/sample/grid?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("dag_id", ["none", "%00", "%F0%9F%9A%80", "..%2Fsample"])
async def test_an_unknown_dag_has_no_grid(api: httpx.AsyncClient, dag_id: str) -> None:
    assert (await api.get(f"/dags/{dag_id}/grid")).status_code == 404


def test_every_status_has_a_letter_of_its_own() -> None:
    assert len({NOT_THERE, *map(letter, TaskStatus)}) == len(TaskStatus) + 1

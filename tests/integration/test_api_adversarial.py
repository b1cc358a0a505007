"""Hostile and borderline files over HTTP: the rules that ``tests/data/adversarial/expected.json`` sets for all."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import penstock_api
from adversarial_cases import CASES, Case, names
from api_kit import serve_api
from stack import Stack

INSIDE = ("Traceback", 'File "', str(Path(penstock_api.__file__).parents[1]), str(Path.cwd()), "site-packages")

ACCEPTED = [case for case in CASES if case.answer == "accept"]
OUR_WORD = {"success": "succeeded", "failed": "failed", "timed_out": "failed", "skipped": "upstream_failed"}


async def upload(api: httpx.AsyncClient, case: Case) -> httpx.Response:
    return await api.post("/dags/upload", files={"file": (case.upload_as, case.read())})


@pytest.mark.parametrize("case", CASES, ids=names)
async def test_a_hostile_file_is_refused_without_a_trace_or_accepted_whole(api: httpx.AsyncClient, case: Case) -> None:
    answer = await upload(api, case)
    assert answer.status_code in case.status
    assert answer.is_success == (case in ACCEPTED)
    listed = (await api.get("/dags")).json()["dags"]
    if answer.is_success:
        assert [dag["dag_id"] for dag in listed] == [answer.json()["dag_id"]]
        return
    assert listed == []
    error = answer.json()["error"]
    assert {detail["field"] for detail in error["details"]} & set(case.field)
    assert all(text.lower() in answer.text.lower() for text in case.mention)
    assert not [text for text in INSIDE if text in answer.text]


@pytest.mark.parametrize("case", [case for case in CASES if case.upload_as.endswith(".json")], ids=names)
async def test_a_json_body_gets_the_answer_that_the_same_file_gets(api: httpx.AsyncClient, case: Case) -> None:
    posted = await api.post("/dags", content=case.read(), headers={"content-type": "application/json"})
    uploaded = await upload(api, case)
    assert posted.is_success == uploaded.is_success
    if posted.is_success:
        assert uploaded.json()["version"] == posted.json()["version"]
        assert not uploaded.json()["created"]
    else:
        assert posted.json() == uploaded.json()


@pytest.mark.parametrize("case", [case for case in ACCEPTED if case.upload_as.endswith(".json")], ids=names)
async def test_what_was_accepted_reads_back_the_same(api: httpx.AsyncClient, case: Case) -> None:
    answer = await upload(api, case)
    written: dict[str, Any] = msgspec.json.decode(case.read())
    read = (await api.get(f"/dags/{answer.json()['dag_id']}")).json()
    assert (read["id"], read["name"], list(read["tasks"])) == (written["id"], written["name"], list(written["tasks"]))
    for task_id, task in written["tasks"].items():
        seen = read["tasks"][task_id]
        assert {key: seen[key] for key in task} == task


@pytest.mark.parametrize("case", [case for case in ACCEPTED if case.run], ids=names)
async def test_a_run_of_what_was_accepted_ends_as_it_must(stack: Stack, api: httpx.AsyncClient, case: Case) -> None:
    assert case.run
    answer = await upload(api, case)
    await stack.scheduler()
    await stack.worker()
    run_id = (await api.post(f"/dags/{answer.json()['dag_id']}/run")).json()["run_id"]
    await stack.ended(run_id, 30)
    tasks = {task["task_id"]: task for task in (await api.get(f"/runs/{run_id}")).json()["tasks"]}
    assert {task: tasks[task]["status"] for task in case.run.state} == {
        task: OUR_WORD[state] for task, state in case.run.state.items()
    }
    for task_id in tasks:
        assert (await api.get(f"/runs/{run_id}/tasks/{httpx.URL(path=task_id).raw_path.decode()}/logs")).is_success


@pytest.mark.parametrize("case", [case for case in CASES if case.gzip], ids=names)
async def test_health_and_listing_answer_while_a_large_definition_is_read(stack: Stack, case: Case) -> None:
    async with serve_api(stack.store) as (api, _):
        uploading = asyncio.create_task(upload(api, case))
        answered = 0
        while not uploading.done():
            async with asyncio.timeout(1):
                for path in ("/healthz", "/dags"):
                    assert (await api.get(path)).status_code == 200
            answered += 1
        assert (await uploading).status_code in case.status
        assert answered


def _dense() -> bytes:
    tasks = {
        f"t{n}": {"name": f"T{n}", "command": "true", "dependencies": [f"t{m}" for m in range(max(0, n - 20), n)]}
        for n in range(20_000)
    }
    return msgspec.json.encode({"id": "dense", "tasks": tasks})


def _fan() -> bytes:
    leaves = {f"t{n}": {"name": f"T{n}", "command": "true", "dependencies": ["root"]} for n in range(19_998)}
    ends = {
        "root": {"name": "R", "command": "true"},
        "end": {"name": "E", "command": "true", "dependencies": [*leaves]},
    }
    return msgspec.json.encode({"id": "fan", "tasks": {**leaves, **ends}})


@pytest.mark.parametrize("make", [_dense, _fan])
async def test_twenty_thousand_tasks_can_be_registered_read_and_run(
    api: httpx.AsyncClient, make: Callable[[], bytes]
) -> None:
    answer = await api.post("/dags", content=make(), headers={"content-type": "application/json"})
    assert answer.status_code == 201
    dag_id = answer.json()["dag_id"]
    assert len((await api.get(f"/dags/{dag_id}")).json()["tasks"]) == 20_000
    run_id = (await api.post(f"/dags/{dag_id}/run")).json()["run_id"]
    assert len((await api.get(f"/runs/{run_id}")).json()["tasks"]) == 20_000


async def test_a_file_name_is_never_a_path(api: httpx.AsyncClient) -> None:
    case = next(case for case in CASES if case.case == "filename_traversal")
    answer = await upload(api, case)
    assert answer.json()["filename"] == "filename_traversal_landed.yaml"
    assert not Path("/opt/filename_traversal_landed.yaml").exists()
    assert not Path("filename_traversal_landed.yaml").exists()

"""Runs over HTTP: requested once, looked at, cancelled, and their history."""

import asyncio
import re
from itertools import pairwise

import httpx
import pytest

from api_kit import SAMPLE, open_api
from penstock.ids import new_run_id
from stack import DIAMOND, Held, Noop, Stack, dag, eventually

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UNKNOWN = new_run_id(1, 1_700_000_000_000, b"0123456789")
ELSEWHERE = new_run_id(99, 1_700_000_000_000, b"0123456789")


@pytest.fixture
async def api(api: httpx.AsyncClient) -> httpx.AsyncClient:
    await api.post("/dags", json=SAMPLE)
    return api


async def test_a_requested_run_is_visible_at_once_with_all_tasks_waiting(api: httpx.AsyncClient) -> None:
    answer = await api.post("/dags/sample/run")
    run_id = answer.json()["run_id"]
    assert answer.status_code == 202
    assert answer.json() == {"run_id": run_id, "dag_id": "sample", "status": "requested"}
    assert answer.headers["location"] == f"/runs/{run_id}"
    run = (await api.get(f"/runs/{run_id}")).json()
    assert (run["status"], run["started_at"], run["finished_at"]) == ("requested", None, None)
    assert TIME.fullmatch(run["created_at"])
    assert [(task["task_id"], task["status"], task["attempt"]) for task in run["tasks"]] == [
        ("a", "waiting", 0),
        ("b", "waiting", 0),
    ]
    assert [listed["run_id"] for listed in (await api.get("/runs")).json()["runs"]] == [run_id]


async def test_a_finished_run_tells_of_every_task_in_the_order_of_the_definition(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    call = {"name": "Call", "callable": "examples.sample_module:do_b", "metadata": {"message": "hi"}}
    tasks = {
        "z": {"name": "Z", "command": "exit 3"},
        "call": call,
        "a": {"name": "A", "command": "true", "dependencies": ["z"]},
    }
    await api.post("/dags", json={"id": "mixed", "tasks": tasks})
    run_id = (await api.post("/dags/mixed/run")).json()["run_id"]
    await stack.ended(run_id)
    run = (await api.get(f"/runs/{run_id}")).json()
    z, called, a = run["tasks"]
    assert (run["status"], run["task_counts"]) == ("failed", {"failed": 1, "succeeded": 1, "upstream_failed": 1})
    assert (z["task_id"], z["status"], z["exit_code"], z["attempt"]) == ("z", "failed", 3, 1)
    assert z["error"] == {"kind": "exit", "message": z["error"]["message"], "traceback": ""}
    assert (called["output"]["message"], called["error"]) == ("hi", None)
    assert (a["status"], a["attempt"], a["upstream"], a["ready_at"]) == ("upstream_failed", 0, "z", None)
    times = [z["ready_at"], z["started_at"], z["finished_at"], run["finished_at"]]
    assert all(map(TIME.fullmatch, times))
    assert times == sorted(times)
    detail = (await api.get(f"/runs/{run_id}/tasks/z")).json()
    assert {name: detail[name] for name in z} == z


async def test_one_idempotency_key_is_one_run_whoever_is_asked_and_however_often(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    async with open_api(stack.store) as replica:
        asked = [client.post("/dags/sample/run", headers={"idempotency-key": "k"}) for client in (api, replica) * 8]
        answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [202]
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert len((await api.get("/runs")).json()["runs"]) == 1


async def test_an_absent_body_and_an_empty_object_ask_for_the_same(api: httpx.AsyncClient) -> None:
    first = await api.post("/dags/sample/run", headers={"idempotency-key": "k"})
    again = await api.post("/dags/sample/run", headers={"idempotency-key": "k"}, json={})
    assert (again.status_code, again.json()["run_id"]) == (200, first.json()["run_id"])


async def test_a_key_that_was_used_for_something_else_is_a_conflict(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = new_run_id(0, 1_700_000_000_000, b"9876543210")
    await stack.store.request_run("sample", run_id, "k", "digest-of-another-body")
    answer = await api.post("/dags/sample/run", headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def test_keys_of_different_dags_are_different_keys(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json={**SAMPLE, "id": "other"})
    for dag_id in ("sample", "other"):
        assert (await api.post(f"/dags/{dag_id}/run", headers={"idempotency-key": "k"})).status_code == 202


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "caf\u00e9", "tab\t"])
async def test_a_key_with_anything_but_visible_characters_is_refused(api: httpx.AsyncClient, key: str) -> None:
    answer = await api.post("/dags/sample/run", headers={b"idempotency-key": key.encode("latin-1")})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"params": {}}', 422),
        (b"[]", 422),
        (b"null", 422),
        (b"{", 400),
        (b'{"a":' * 10_000, 400),
        (b" " * 70_000, 413),
    ],
)
async def test_a_run_takes_no_arguments_yet(api: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await api.post("/dags/sample/run", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert (await api.get("/runs")).json()["runs"] == []


async def test_the_key_of_a_body_that_is_refused_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.post("/dags/sample/run", json={"params": 1})
    assert answer.json()["error"]["details"][0]["field"] == "params"


@pytest.mark.parametrize("dag_id", ["none", "..%2F", "a%20b"])
async def test_a_dag_that_is_not_registered_cannot_be_run(api: httpx.AsyncClient, dag_id: str) -> None:
    assert (await api.post(f"/dags/{dag_id}/run")).status_code == 404


async def test_pages_of_runs_are_newest_first_and_miss_none(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json={**SAMPLE, "id": "other"})
    made = [(await api.post(f"/dags/{name}/run")).json()["run_id"] for name in ("sample", "other") * 6]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/runs", params={"limit": 5, "cursor": cursor})).json()
        seen += [run["run_id"] for run in page["runs"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(made)
    created = [(await api.get(f"/runs/{run_id}")).json()["created_at"] for run_id in seen]
    assert created == sorted(created, reverse=True)


async def test_runs_are_listed_by_dag_and_by_status(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    await api.post("/dags", json={**SAMPLE, "id": "other"})
    done = [(await api.post(f"/dags/{name}/run")).json()["run_id"] for name in ("sample", "other")]
    for run_id in done:
        await stack.ended(run_id)
    listed = (await api.get("/runs", params={"dag_id": "other", "status": "succeeded"})).json()["runs"]
    assert [run["run_id"] for run in listed] == [done[1]]
    assert (await api.get("/runs", params={"status": "failed"})).json()["runs"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "done"),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "x"),
        ("cursor", "yesterday"),
        ("cursor", ELSEWHERE),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_with_its_field(
    api: httpx.AsyncClient, field: str, value: str
) -> None:
    answer = await api.get("/runs", params={field: value})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, field)


@pytest.mark.parametrize("run_id", [UNKNOWN, ELSEWHERE, "zzz", UNKNOWN.upper(), "%00", UNKNOWN + "0"])
@pytest.mark.parametrize("rest", ["", "/events", "/tasks/a", "/tasks/a/logs", "/tasks/a/logs?follow=true"])
async def test_a_run_that_does_not_exist_is_not_found(api: httpx.AsyncClient, run_id: str, rest: str) -> None:
    answer = await api.get(f"/runs/{run_id}{rest}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert (await api.post(f"/runs/{run_id}/cancel")).status_code == 404
    assert (await api.get("/events", params={"run_id": run_id})).status_code == 404


async def test_a_task_that_does_not_exist_is_not_found(api: httpx.AsyncClient) -> None:
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    for path in ("/tasks/none", "/tasks/none/logs", "/tasks/a%2Fb/logs"):
        assert (await api.get(f"/runs/{run_id}{path}")).status_code == 404


async def test_a_run_can_be_cancelled_as_often_as_one_likes_until_it_has_ended(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    held = Held()
    await stack.scheduler()
    await stack.worker(held)
    run_id = await stack.start(dag("held", DIAMOND))
    await eventually(lambda: _holds(held), "task a to run")
    for _ in range(2):
        answer = await api.post(f"/runs/{run_id}/cancel")
        assert (answer.status_code, answer.json()) == (202, {"run_id": run_id, "status": "cancelling"})
    await stack.ended(run_id)
    run = (await api.get(f"/runs/{run_id}")).json()
    assert (run["status"], {task["status"] for task in run["tasks"]}) == ("cancelled", {"cancelled"})
    late = await api.post(f"/runs/{run_id}/cancel")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")


async def test_a_run_is_cancelled_also_while_no_scheduler_is_up(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    assert (await api.post(f"/runs/{run_id}/cancel")).status_code == 202
    await stack.scheduler()
    await stack.ended(run_id)
    assert (await api.get(f"/runs/{run_id}")).json()["status"] == "cancelled"


async def test_the_history_comes_in_pages_in_log_order_each_event_with_its_cause(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    whole = (await api.get(f"/runs/{run_id}/events")).json()
    events = whole["events"]
    assert whole["next_cursor"] is None
    assert (events[0]["type"], events[1]["type"], events[-1]["type"]) == ("RunRequested", "RunStarted", "RunFinished")
    assert all(earlier["seq"] < later["seq"] for earlier, later in pairwise(events))
    assert all(re.fullmatch(r"(inbox:\d+-\d+|log:\d+)", event["cause"]) for event in events)
    assert all(TIME.fullmatch(event["at"]) and event["run_id"] == run_id for event in events)
    pages = []
    after: int | None = 0
    while after is not None:
        page = (await api.get(f"/runs/{run_id}/events", params={"after": after, "limit": 4})).json()
        pages += page["events"]
        after = page["next_cursor"]
    assert pages == events


async def test_a_retry_in_the_history_says_when_as_a_time(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("again", {"a": ()}, command="exit 1", retries=1, retry_delay_seconds=0.01))
    await stack.ended(run_id)
    events = (await api.get(f"/runs/{run_id}/events")).json()["events"]
    failed = [event for event in events if event["type"] == "TaskFailed"]
    assert TIME.fullmatch(failed[0]["retry_at"])
    assert "retry_at" not in failed[1]


async def test_a_run_tells_the_last_event_that_changed_it(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = await stack.start(dag("diamond", DIAMOND))
    assert (await api.get(f"/runs/{run_id}")).json()["seq"] == 0
    await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(run_id)
    last = (await api.get(f"/runs/{run_id}/events")).json()["events"][-1]["seq"]
    assert (await api.get(f"/runs/{run_id}")).json()["seq"] == last
    assert [run["seq"] for run in (await api.get("/runs")).json()["runs"]] == [last]


async def test_a_run_that_waits_for_a_scheduler_has_no_history_yet(api: httpx.AsyncClient) -> None:
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    answer = await api.get(f"/runs/{run_id}/events")
    assert (answer.status_code, answer.json()["events"], answer.json()["next_cursor"]) == (200, [], None)


async def _holds(held: Held) -> bool:
    return "a" in held.running

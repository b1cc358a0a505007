"""Definitions over HTTP: registered once, listed, read back."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api_kit import SAMPLE, open_api, serve_api, sse
from penstock.settings import Settings
from penstock_api.routes import dags
from stack import Noop, Stack, dag, eventually

YAML = b"id: sample\ntasks:\n  b: {name: B, command: echo two, dependencies: [a]}\n  a: {name: A, command: echo one}\n"


async def test_a_new_definition_is_created_and_the_same_content_again_is_known(api: httpx.AsyncClient) -> None:
    first = await api.post("/dags", json=SAMPLE)
    again = await api.post("/dags", json=SAMPLE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"dag_id": "sample", "version": first.json()["version"], "created": True}
    assert again.json() == {**first.json(), "created": False}
    assert first.headers["location"] == "/dags/sample"


async def test_neither_the_format_nor_the_order_of_keys_makes_a_new_version(api: httpx.AsyncClient) -> None:
    posted = await api.post("/dags", json=SAMPLE)
    uploaded = await api.post("/dags/upload", files={"file": ("sample.yml", YAML)})
    assert uploaded.status_code == 200
    assert uploaded.json()["version"] == posted.json()["version"]


async def test_an_upload_says_what_it_took(api: httpx.AsyncClient) -> None:
    answer = await api.post("/dags/upload", files={"file": ("../folder\\sample.YAML", YAML)})
    assert answer.status_code == 201
    assert answer.json() == {
        "dag_id": "sample",
        "version": answer.json()["version"],
        "created": True,
        "filename": "sample.YAML",
        "status": "uploaded",
    }


async def test_a_registered_dag_can_be_read_and_run_through_another_replica_while_no_scheduler_is_up(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    version = (await api.post("/dags", json=SAMPLE)).json()["version"]
    async with open_api(stack.store) as replica:
        detail = (await replica.get("/dags/sample")).json()
        run = await replica.post("/dags/sample/run")
    assert (detail["version"], detail["current"], detail["registered_at"]) == (version, True, None)
    assert run.status_code == 202
    assert (await api.get(f"/runs/{run.json()['run_id']}")).json()["dag_version"] == version


async def test_dags_are_listed_by_id_with_their_number_of_tasks(api: httpx.AsyncClient) -> None:
    for dag_id in ("second", "first"):
        await api.post("/dags", json={**SAMPLE, "id": dag_id, "name": dag_id.title()})
    listed = (await api.get("/dags")).json()
    assert listed["count"] == 2
    assert [(dag["dag_id"], dag["name"], dag["task_count"]) for dag in listed["dags"]] == [
        ("first", "First", 2),
        ("second", "Second", 2),
    ]


async def test_dags_are_listed_with_their_last_runs_where_these_are_asked_for(api: httpx.AsyncClient) -> None:
    for dag_id in ("quiet", "sample"):
        await api.post("/dags", json={**SAMPLE, "id": dag_id})
    for _ in range(3):
        await api.post("/dags/sample/run")
    runs = (await api.get("/runs")).json()["runs"]
    plain = (await api.get("/dags")).json()
    listed = (await api.get("/dags", params={"runs": 2})).json()
    assert all("last_runs" not in dag for dag in plain["dags"])
    assert listed == {
        "dags": [{**dag, "last_runs": runs[:2] if dag["dag_id"] == "sample" else []} for dag in plain["dags"]],
        "count": 2,
        "position": plain["position"],
    }


async def test_with_very_many_dags_fewer_runs_of_each_are_listed_but_at_least_one(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dag_id in ("one", "two"):
        await api.post("/dags", json={**SAMPLE, "id": dag_id})
        for _ in range(4):
            await api.post(f"/dags/{dag_id}/run")
    listed: list[list[int]] = []
    for most in (7, 1):
        monkeypatch.setattr(dags, "MOST_RUNS", most)
        answer = (await api.get("/dags", params={"runs": 50})).json()
        listed.append([len(dag["last_runs"]) for dag in answer["dags"]])
    assert listed == [[3, 3], [1, 1]]


async def test_the_live_stream_goes_on_from_the_position_of_the_list(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(await stack.start(dag("before", {"a": ()})))
    position = (await api.get("/dags", params={"runs": 1})).json()["position"]
    run_id = await stack.start(dag("after", {"a": ()}))
    await stack.ended(run_id)
    async with serve_api(stack.store) as (client, _):
        frames = sse(client, f"/events?last_event_id={position}")
        first = await anext(frame async for frame in frames if frame.data)
        await frames.aclose()
    assert (first.event, "after" in first.data) == ("DagRegistered", True)


@pytest.mark.parametrize("runs", ["-1", "51", "x"])
async def test_no_more_than_50_runs_of_each_dag_are_listed(api: httpx.AsyncClient, runs: str) -> None:
    answer = await api.get("/dags", params={"runs": runs})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "runs")


async def test_a_definition_reads_back_in_the_order_written_with_defaults_spelt_out(api: httpx.AsyncClient) -> None:
    await api.post("/dags/upload", files={"file": ("sample.yaml", YAML)})
    detail = (await api.get("/dags/sample")).json()
    assert (detail["id"], detail["name"], detail["task_count"]) == ("sample", "sample", 2)
    assert list(detail["tasks"]) == ["b", "a"]
    assert detail["tasks"]["b"] == {
        "id": "b",
        "name": "B",
        "command": "echo two",
        "callable": None,
        "dependencies": ["a"],
        "retries": 0,
        "retry_delay_seconds": 5.0,
        "timeout_seconds": None,
        "metadata": {},
        "env": {},
        "description": "",
    }


async def test_tags_are_listed_before_and_after_the_registration_is_in_the_log(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await api.post("/dags", json=SAMPLE)
    await api.post("/dags", json={**SAMPLE, "tags": ["nightly", "sales"]})

    async def tags() -> list[object]:
        (listed,) = (await api.get("/dags")).json()["dags"]
        detail = (await api.get("/dags/sample")).json()
        versions = (await api.get("/dags/sample/versions")).json()["versions"]
        return [listed["tags"], detail["tags"], [one["tags"] for one in versions]]

    async def in_the_log() -> bool:
        versions = (await api.get("/dags/sample/versions")).json()["versions"]
        return all(one["registered_at"] for one in versions)

    expected = [["nightly", "sales"], ["nightly", "sales"], [["nightly", "sales"], []]]
    assert await tags() == expected
    await stack.scheduler()
    await eventually(in_the_log, "the registrations to be in the log")
    assert await tags() == expected


async def test_every_version_stays_readable_and_the_one_registered_last_is_current(api: httpx.AsyncClient) -> None:
    old = (await api.post("/dags", json=SAMPLE)).json()["version"]
    new = (await api.post("/dags", json={**SAMPLE, "description": "changed"})).json()["version"]
    listed = (await api.get("/dags/sample/versions")).json()
    assert [(one["version"], one["current"]) for one in listed["versions"]] == [(new, True), (old, False)]
    assert (await api.get("/dags/sample")).json()["description"] == "changed"
    former = (await api.get("/dags/sample", params={"version": old})).json()
    assert (former["version"], former["description"], former["current"]) == (old, "", False)


async def test_going_back_to_an_earlier_version_creates_nothing_and_makes_it_current(api: httpx.AsyncClient) -> None:
    old = (await api.post("/dags", json=SAMPLE)).json()["version"]
    await api.post("/dags", json={**SAMPLE, "description": "changed"})
    back = await api.post("/dags", json=SAMPLE)
    assert (back.status_code, back.json()["created"]) == (200, False)
    assert (await api.get("/dags/sample")).json()["version"] == old


@pytest.mark.parametrize(
    "path",
    [
        "/dags/none",
        "/dags/none/versions",
        "/dags/sample?version=0",
        "/dags/..%2Fsample",
        "/dags/%00",
        "/dags/%F0%9F%9A%80",
    ],
)
async def test_what_does_not_exist_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    await api.post("/dags", json=SAMPLE)
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_definition_that_breaks_rules_is_refused_with_every_field_line_and_column(
    api: httpx.AsyncClient,
) -> None:
    text = b'{"id": "bad",\n "tasks": {\n  "a": {"name": "A", "comand": "true"},\n  "b": {"name": "", "command": "x"}}}'
    answer = await api.post("/dags", content=text, headers={"content-type": "application/json; charset=utf-8"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_definition")
    places = {(detail["field"], detail["line"]) for detail in error["details"]}
    assert {("tasks.a.comand", 3), ("tasks.b.name", 4)} <= places
    assert all(detail["column"] > 0 for detail in error["details"])
    assert (await api.get("/dags")).json()["count"] == 0


async def test_text_that_is_no_json_at_all_is_a_bad_request(api: httpx.AsyncClient) -> None:
    answer = await api.post("/dags", content=b'{"id": ', headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "file")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/yaml"])
async def test_a_definition_must_be_sent_as_json(api: httpx.AsyncClient, content_type: str) -> None:
    answer = await api.post("/dags", content=b"{}", headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["sample.txt", "sample", "sample.yaml.exe", "yaml"])
async def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(
    api: httpx.AsyncClient, name: str
) -> None:
    answer = await api.post("/dags/upload", files={"file": (name, YAML)})
    assert answer.status_code == 415
    assert ".json, .yaml or .yml" in answer.json()["error"]["message"]


@pytest.mark.parametrize("part", [("other", ("sample.yaml", YAML)), ("file", (None, YAML))], ids=["absent", "no file"])
async def test_a_form_without_the_file_names_the_field_that_is_missing(
    api: httpx.AsyncClient, part: tuple[str, tuple[str | None, bytes]]
) -> None:
    answer = await api.post("/dags/upload", files=[part])
    assert answer.status_code == 422
    assert answer.json()["error"]["details"] == [{"field": "file", "message": "is missing"}]


@pytest.mark.parametrize("body", [b"", b"--x\r\nContent-Disposition: nonsense\r\n\r\n\r\n--x--\r\n", b"garbage"])
async def test_a_malformed_form_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await api.post("/dags/upload", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    unbounded = await api.post("/dags/upload", content=body, headers={"content-type": "multipart/form-data"})
    assert unbounded.status_code == 400


async def test_a_body_above_the_limit_is_refused_before_it_is_read(stack: Stack) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1024
            yield b" " * 1024

    async with open_api(stack.store, Settings(max_upload_bytes=4096)) as api:
        announced = await api.post("/dags", content=b" " * 4097, headers={"content-type": "application/json"})
        streamed = await api.post("/dags", content=endless(), headers={"content-type": "application/json"})
        uploaded = await api.post("/dags/upload", files={"file": ("big.json", b" " * 4097)})
    for answer in (announced, streamed, uploaded):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        assert "4,096" in answer.json()["error"]["message"]
    assert sent <= 8192

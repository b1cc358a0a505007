"""Definitions as text over HTTP: read to be edited, and checked without being registered."""

from typing import Any

import httpx
import pytest

from adversarial_cases import CASES, Case, names
from api_kit import open_api
from penstock.settings import Settings
from stack import Stack

YAML = """\
id: sample
tags: [nightly]
tasks:
  b:
    name: Größe
    command: echo two
    dependencies: [a]
  a:
    name: A
    command: |
      echo one
      echo more
"""


async def upload(api: httpx.AsyncClient, text: str = YAML) -> str:
    answer = await api.post("/dags/upload", files={"file": ("sample.yaml", text.encode())})
    version: str = answer.json()["version"]
    return version


async def validate(api: httpx.AsyncClient, text: bytes | str, **query: str) -> dict[str, Any]:
    answer = await api.post("/dags/validate", content=text, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_definition_comes_as_yaml_in_the_order_written_without_defaults(api: httpx.AsyncClient) -> None:
    await upload(api)
    answer = await api.get("/dags/sample/definition")
    assert (answer.status_code, answer.text) == (200, YAML)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_definition_comes_as_json_that_makes_no_new_version(api: httpx.AsyncClient) -> None:
    version = await upload(api)
    answer = await api.get("/dags/sample/definition", params={"format": "json"})
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["id", "tags", "tasks"]
    assert list(answer.json()["tasks"]) == ["b", "a"]
    again = await api.post("/dags", content=answer.content, headers={"content-type": "application/json"})
    assert again.json() == {"dag_id": "sample", "version": version, "created": False}


async def test_a_former_version_can_be_read_as_text_too(api: httpx.AsyncClient) -> None:
    version = await upload(api)
    await upload(api, YAML + "  c: {name: C, command: echo}\n")
    assert "  c:\n" in (await api.get("/dags/sample/definition")).text
    assert (await api.get("/dags/sample/definition", params={"version": version})).text == YAML


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dags/none/definition", 404),
        ("/dags/%00/definition", 404),
        ("/dags/sample/definition?version=0", 404),
        ("/dags/sample/definition?format=toml", 422),
    ],
)
async def test_what_does_not_exist_has_no_text(api: httpx.AsyncClient, path: str, status: int) -> None:
    await upload(api)
    assert (await api.get(path)).status_code == status


async def test_a_sound_text_is_told_what_it_is_and_is_not_registered(api: httpx.AsyncClient) -> None:
    told = await validate(api, YAML)
    assert told == {
        "valid": True,
        "dag_id": "sample",
        "version": told["version"],
        "known": False,
        "task_count": 2,
        "problems": [],
    }
    assert (await api.get("/dags")).json()["count"] == 0
    assert await upload(api) == told["version"]


async def test_a_text_whose_content_is_registered_is_known_in_either_format(api: httpx.AsyncClient) -> None:
    await upload(api)
    text = (await api.get("/dags/sample/definition", params={"format": "json"})).content
    assert (await validate(api, YAML))["known"]
    assert (await validate(api, text, format="json"))["known"]
    await upload(api, YAML.replace("nightly", "weekly"))
    assert (await validate(api, YAML))["known"]
    assert not (await validate(api, YAML.replace("nightly", "daily")))["known"]
    assert not (await validate(api, YAML.replace("id: sample", "id: other")))["known"]


async def test_every_problem_is_told_with_its_place(api: httpx.AsyncClient) -> None:
    told = await validate(api, 'id: bad\ntasks:\n  a: {name: A, comand: "true"}\n  b: {name: "", command: x}\n')
    assert told["valid"] is False
    assert set(told) == {"valid", "problems"}
    places = {(problem["field"], problem["line"]) for problem in told["problems"]}
    assert {("tasks.a.comand", 3), ("tasks.b.name", 4)} <= places
    assert all(problem["message"] and problem["column"] > 0 for problem in told["problems"])


@pytest.mark.parametrize(
    ("text", "written_in", "line"),
    [
        (b"id: a\n\ttasks: {}\n", "yaml", 2),
        (b'{"id": "a",\n\n"tasks": ', "json", 3),
        (b"", "yaml", 1),
        (b"  \n", "json", 1),
        (b"id: a\nname: \xff\n", "yaml", 2),
        (b"a\0b", "yaml", 1),
    ],
)
async def test_a_text_that_cannot_be_read_is_a_problem_with_its_line(
    api: httpx.AsyncClient, text: bytes, written_in: str, line: int
) -> None:
    told = await validate(api, text, format=written_in)
    assert told["valid"] is False
    assert [(problem["field"], problem["line"]) for problem in told["problems"]] == [("file", line)]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", "multipart/form-data; boundary=x"])
async def test_the_text_may_be_of_any_content_type(api: httpx.AsyncClient, content_type: str) -> None:
    answer = await api.post("/dags/validate", content=YAML, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["valid"]) == (200, True)


async def test_a_format_that_we_do_not_read_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post("/dags/validate?format=toml", content=YAML)
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "format")


@pytest.mark.parametrize("case", CASES, ids=names)
async def test_a_text_is_valid_exactly_where_its_registration_is_accepted(api: httpx.AsyncClient, case: Case) -> None:
    written_in = "json" if case.upload_as.endswith(".json") else "yaml"
    checked = await api.post("/dags/validate", content=case.read(), params={"format": written_in})
    registered = await api.post("/dags/upload", files={"file": (case.upload_as, case.read())})
    if registered.is_success:
        assert (checked.json()["valid"], checked.json()["version"]) == (True, registered.json()["version"])
    elif registered.status_code == 413:
        assert checked.json() == registered.json()
    else:
        assert checked.json() == {"valid": False, "problems": registered.json()["error"]["details"]}


async def test_a_text_above_the_limit_is_refused(stack: Stack) -> None:
    async with open_api(stack.store, Settings(max_upload_bytes=4096)) as api:
        answer = await api.post("/dags/validate", content=b" " * 4097)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

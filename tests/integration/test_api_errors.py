"""What goes wrong is said in one format, and without what is nobody's business; other web sites are kept out."""

import json
from pathlib import Path

import httpx
import pytest

from api_kit import SAMPLE, open_api
from penstock.embedded import EmbeddedServer
from penstock.settings import Settings
from penstock.store.views import Condition
from stack import Stack, open_stack


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/dags/", 404),
        ("DELETE", "/dags", 405),
        ("GET", "/dags/a/run", 405),
        ("POST", "/dags", 415),
        ("POST", "/dags/upload", 415),
        ("GET", "/runs?limit=0", 422),
        ("GET", "/docs/assets/..%2f..%2fcore.py", 404),
    ],
)
async def test_every_error_has_the_same_format_and_the_headers_of_any_answer(
    api: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await api.request(method, path)
    error = answer.json()["error"]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert error.keys() == {"code", "message", "details"}
    assert error["message"]
    assert all(detail["field"] and detail["message"] for detail in error["details"])


async def test_a_method_that_is_not_for_a_path_is_told_which_are(api: httpx.AsyncClient) -> None:
    assert (await api.put("/runs")).headers["allow"] == "GET"


async def test_an_error_nobody_foresaw_is_a_500_that_tells_nothing_of_the_inside(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise RuntimeError("/srv/secret-place")

    monkeypatch.setattr(stack.store, "dags", fail)
    answer = await api.get("/dags")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert "secret-place" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await api.get("/healthz")).status_code == 200


async def test_while_the_store_is_away_requests_are_told_to_come_back_and_then_served_again(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, appendfsync="everysec")
    with server:
        async with open_stack(server.redis_url) as stack, open_api(stack.store) as api:
            await api.post("/dags", json=SAMPLE)
            server.stop()
            for method, path in (
                ("GET", "/dags"),
                ("POST", "/dags/sample/run"),
                ("GET", "/metrics"),
                ("GET", "/events"),
            ):
                answer = await api.request(method, path)
                assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
                assert int(answer.headers["retry-after"]) > 0
                assert "127.0.0.1" not in answer.text
            ready = await api.get("/readyz")
            assert (ready.status_code, ready.json()["error"]["details"][0]["field"]) == (503, "store")
            assert (await api.get("/")).status_code == 200  # the page shows what it knows, and waits
            assert (await api.get("/healthz")).json() == {"status": "ok"}
            server.start()
            assert (await api.get("/readyz")).json() == {"status": "ready"}
            assert (await api.post("/dags/sample/run")).status_code == 202


async def test_a_server_that_is_unfit_is_named_by_readiness(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = ["it may evict data", "its role is replica"]

    async def condition() -> Condition:
        return Condition(faults)

    monkeypatch.setattr(stack.store, "condition", condition)
    answer = await api.get("/readyz")
    assert answer.status_code == 503
    assert [detail["message"] for detail in answer.json()["error"]["details"]] == faults


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"]
)
async def test_on_loopback_a_name_that_is_not_this_machine_is_refused(api: httpx.AsyncClient, host: str) -> None:
    answer = await api.get("/dags", headers={"host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (421, "misdirected")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1:8000", "[::1]:8000"])
async def test_on_loopback_this_machine_has_its_usual_names_on_any_port(api: httpx.AsyncClient, host: str) -> None:
    assert (await api.get("/dags", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("penstock.example", 200),
        ("PENSTOCK.example:8000", 200),
        ("api:8000", 200),
        ("localhost:18000", 200),
        ("172.18.0.3:8000", 200),
        ("[fd00::3]:8000", 200),
        ("evil.example", 421),
        ("penstock.example.evil.example", 421),
        ("", 421),
    ],
)
async def test_where_names_are_given_these_and_addresses_are_answered(stack: Stack, host: str, status: int) -> None:
    settings = Settings(api_host="0.0.0.0", api_names="penstock.example, api")
    async with open_api(stack.store, settings) as api:
        assert (await api.get("/dags", headers={"host": host})).status_code == status


async def test_elsewhere_any_name_will_do(stack: Stack) -> None:
    async with open_api(stack.store, Settings(api_host="0.0.0.0")) as api:
        assert (await api.get("/dags", headers={"host": "penstock.example"})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8000"},
    ],
)
async def test_another_web_site_can_change_nothing(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await api.post("/dags", json=SAMPLE, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_origin")
    assert (await api.get("/dags", headers=headers)).json()["count"] == 0


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://127.0.0.1:8000"}, {"sec-fetch-site": "same-origin", "origin": "http://proxy"}]
)
async def test_programs_and_our_own_pages_can(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await api.post("/dags", json=SAMPLE, headers=headers)).status_code == 201


async def test_what_openapi_promises_of_errors_is_their_format(api: httpx.AsyncClient) -> None:
    described = (await api.get("/openapi.json")).json()
    text = json.dumps(described)
    assert "HTTPValidationError" not in text
    references = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= described["components"]["schemas"].keys()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (path, status)

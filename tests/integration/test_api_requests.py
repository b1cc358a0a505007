"""Every request has an id, one line in the log and one count, and none of them tells what it must not."""

import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import structlog

from api_kit import SAMPLE, open_api
from listener_kit import samples
from penstock.errors import StoreUnavailableError
from penstock.logs import configure_logging
from stack import Stack

TEXT = {"accept": "text/plain"}


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(stack.store) as client:
        yield client


@pytest.fixture
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        yield lines


def requests(lines: list[structlog.typing.EventDict]) -> list[structlog.typing.EventDict]:
    return [line for line in lines if line["event"] == "request"]


@pytest.mark.parametrize("told", ["abc", "A.b_c-9", "x" * 128])
async def test_a_well_formed_request_id_is_kept(api: httpx.AsyncClient, told: str) -> None:
    answer = await api.get("/dags", headers={"x-request-id": told})
    assert answer.headers["x-request-id"] == told


@pytest.mark.parametrize("told", ["", "x" * 129, "a b", "a\tb", "ä", '"};drop', "a/b"])
async def test_any_other_is_replaced_by_a_new_one(api: httpx.AsyncClient, told: str) -> None:
    sent = {b"x-request-id": told.encode()}
    ids = {(await api.get("/dags", headers=sent)).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert told not in ids


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/dags", 405), ("POST", "/dags/none/run", 404), ("GET", "/runs?limit=x", 422)],
)
async def test_refusals_have_one_too(api: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await api.request(method, path, headers={"x-request-id": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (status, "mine")


async def test_so_has_what_is_refused_at_the_door(api: httpx.AsyncClient) -> None:
    answer = await api.get("/dags", headers={"host": "evil.example", "x-request-id": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (421, "mine")


async def test_a_line_says_who_asked_for_what_and_how_it_went(
    api: httpx.AsyncClient, logged: list[structlog.typing.EventDict]
) -> None:
    await api.post("/dags", json=SAMPLE)
    answer = await api.get("/dags/sample?version=secret-of-the-query", headers={"x-request-id": "mine"})
    assert answer.status_code == 404
    answer = await api.get("/dags/sample", headers={"x-request-id": "mine"})
    _, refused, read = requests(logged)
    assert "secret-of-the-query" not in str(logged)
    assert (refused["status"], refused["path"]) == (404, "/dags/sample")
    assert {name: read[name] for name in ("method", "path", "status", "client", "request_id", "dag", "log_level")} == {
        "method": "GET",
        "path": "/dags/sample",
        "status": 200,
        "client": "127.0.0.1",
        "request_id": "mine",
        "dag": "sample",
        "log_level": "info",
    }
    assert read["bytes"] == len(answer.content)
    assert read["ms"] > 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/ui/theme.js", "/docs/assets/swagger-ui.css"])
async def test_probes_metrics_and_static_files_are_whispered(
    api: httpx.AsyncClient, logged: list[structlog.typing.EventDict], path: str
) -> None:
    await api.get(path)
    assert [line["log_level"] for line in requests(logged)] == ["debug"]


async def test_what_is_logged_meanwhile_bears_the_id_and_a_failure_is_a_warning(
    api: httpx.AsyncClient, stack: Stack, logged: list[structlog.typing.EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> list[object]:
        raise StoreUnavailableError("no")

    monkeypatch.setattr(stack.store, "dags", away)
    await api.get("/dags", headers={"x-request-id": "mine"})
    assert {line["event"]: (line["log_level"], line["request_id"]) for line in logged} == {
        "store unavailable": ("warning", "mine"),
        "request": ("warning", "mine"),
    }


@pytest.mark.parametrize("path", ["/dags/a%0Ab%1b%5B31m", "/ui/a%0Ab%1b%5B31m"])
async def test_a_path_cannot_forge_a_line(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        configure_logging("api", "console")
        await api.get(path)
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    lines = [line for line in capsys.readouterr().err.split("\n") if "[httpx]" not in line]
    (line,) = filter(None, lines)
    assert "a%0Ab%1B%5B31m" in line
    assert "\x1b" not in line


async def test_requests_are_counted_by_route_never_by_address(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    for name in ("one", "two"):
        await api.get(f"/runs/{name}")
        await api.get(f"/nothing/{name}")
        await api.get(f"/ui/assets/{name}.js")
        await api.get(f"/ui/runs/{name}")
    counted = samples((await api.get("/metrics", headers=TEXT)).text)
    assert counted["penstock_http_requests_total", "POST", "/dags", "201"] == 1
    assert counted["penstock_http_requests_total", "GET", "/runs/{run_id}", "404"] == 2
    assert counted["penstock_http_requests_total", "GET", "unmatched", "404"] == 2
    assert counted["penstock_http_requests_total", "GET", "/ui/assets/*", "404"] == 2
    assert counted["penstock_http_requests_total", "GET", "/ui/{address:path}", "200"] == 2
    assert counted["penstock_http_request_seconds_count", "GET", "/runs/{run_id}"] == 2
    assert counted["penstock_http_requests_open",] == 1, "the one that asks"
    assert not [labels for labels in counted if "one" in str(labels)]


async def test_without_its_store_the_api_still_tells_prometheus_how_it_fares(
    api: httpx.AsyncClient, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert samples((await api.get("/metrics", headers=TEXT)).text)["penstock_store_up",] == 1

    async def away() -> object:
        raise StoreUnavailableError("no")

    monkeypatch.setattr(stack.store, "figures", away)
    answer = await api.get("/metrics", headers=TEXT)
    counted = samples(answer.text)
    assert (answer.status_code, counted["penstock_store_up",]) == (200, 0)
    assert "penstock_runs" not in answer.text
    assert counted["process_resident_memory_bytes",] > 0
    assert (await api.get("/metrics")).status_code == 503

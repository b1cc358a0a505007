"""How the dashboard is served: the page under every address, files that are kept for ever, a policy that lets no
foreign script in, and compression where it does not delay anybody."""

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from api_kit import SAMPLE, serve_api
from penstock.store.records import QueueEntry
from penstock_api.routes import dashboard
from stack import Stack
from up_kit import ROOT

SUFFIXES = {"br": ".br", "gzip": ".gz", None: ""}


def directives(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize(
    "path", ["/", "/ui", "/ui/runs", "/ui/runs/01jqz6x3v0c8f4m2t9s7k5hn1b-3", "/ui/no/such/page", "/ui/index.html"]
)
async def test_every_address_of_the_dashboard_shows_the_page(api: httpx.AsyncClient, path: str) -> None:
    page = await api.get(path)
    assert page.status_code == 200
    assert '<div id="root">' in page.text
    assert page.headers["cache-control"] == "no-cache"


async def test_the_page_allows_no_script_of_others_and_no_frame(api: httpx.AsyncClient) -> None:
    page = await api.get("/ui/runs")
    policy = directives(page)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)


async def test_the_files_of_the_page_are_there_and_kept_for_ever(api: httpx.AsyncClient) -> None:
    page = await api.get("/")
    files = re.findall(r'(?:src|href)="(/ui/[^"]+)"', page.text)
    assert files
    for file in files:
        answer = await api.get(file)
        assert answer.status_code == 200
        assert ("immutable" in answer.headers.get("cache-control", "")) is file.startswith("/ui/assets/")


async def test_a_file_of_another_build_is_not_found_rather_than_the_page(api: httpx.AsyncClient) -> None:
    assert (await api.get("/ui/assets/index-OLD.js")).status_code == 404


async def script_of(api: httpx.AsyncClient) -> str:
    """The address of the page's main script."""
    found = re.search(r'src="(/ui/assets/[^"]+\.js)"', (await api.get("/")).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("br;q=0.0", None),
    ],
)
async def test_scripts_come_as_the_build_compressed_them_for_whoever_accepts_it(
    api: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    path = await script_of(api)
    file = dashboard.BUILT / path.removeprefix("/ui/")
    stored = Path(f"{file}{SUFFIXES[coding]}").read_bytes()
    async with api.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        assert b"".join([part async for part in answer.aiter_raw()]) == stored
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert coding is None or len(stored) < file.stat().st_size / 2


async def test_what_is_compressed_is_the_same_script(api: httpx.AsyncClient) -> None:
    path = await script_of(api)
    plain = await api.get(path, headers={"Accept-Encoding": "identity"})
    packed = await api.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.text == plain.text


async def test_a_compressed_script_that_a_browser_has_is_not_sent_again(api: httpx.AsyncClient) -> None:
    path = await script_of(api)
    first = await api.head(path, headers={"Accept-Encoding": "br"})
    again = await api.get(path, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "Accept-Encoding"


def test_a_wheel_of_the_api_has_every_file_of_the_dashboard(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT / "services/api", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    built = {f"penstock_api/dashboard/{file.relative_to(dashboard.BUILT)}" for file in dashboard.BUILT.rglob("*.*")}
    assert any(name.endswith(".js.br") for name in built)
    assert built <= set(ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    "path", ["/ui/assets/%2e%2e/%2e%2e/app.py", "/ui/assets/" + 300 * "a", "/ui/%2e%2e/app.py", "/ui/" + 300 * "a"]
)
async def test_no_address_leads_out_of_the_built_files(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)
    assert answer.status_code == 404 if path.startswith("/ui/assets/") else '<div id="root">' in answer.text


@pytest.mark.parametrize("path", ["/", "/ui/runs", "/ui/theme.js", "/ui/assets/index.js"])
async def test_the_dashboard_is_there_to_be_read_only(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.post(path)).status_code == 405
    assert (await api.delete(path)).status_code == 405


async def test_large_answers_are_compressed_for_whoever_accepts_it(api: httpx.AsyncClient) -> None:
    plain = await api.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    packed = await api.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()


async def test_text_and_streams_are_not_compressed_because_that_would_hold_lines_back(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _):
        await api.post("/dags", json=SAMPLE)
        run_id = (await api.post("/dags/sample/run")).json()["run_id"]
        claim = QueueEntry(int(run_id.rpartition("-")[2]), "default", 1, run_id, "a", 0, 1, "sample", "")
        await stack.store.append_output(claim, 1, [(1, "stdout", 100 * "long ") for _ in range(100)])
        for path in (f"/runs/{run_id}/tasks/a/logs", "/events"):
            async with api.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
                assert "content-encoding" not in answer.headers

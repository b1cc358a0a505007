"""Finding runs over HTTP: by status, by time, by the beginning of their id, and where the live feed goes on."""

import asyncio
from datetime import UTC, datetime

import httpx
import msgspec
import pytest

from api_kit import SAMPLE, serve_api, sse
from penstock.ids import new_run_id, partition_of_dag
from stack import Noop, Stack, dag

NOON_MS = 1_700_000_000_000


@pytest.fixture
async def api(api: httpx.AsyncClient) -> httpx.AsyncClient:
    for dag_id in ("sample", "other"):
        await api.post("/dags", json={**SAMPLE, "id": dag_id})
    return api


async def request(stack: Stack, dag_id: str, *seconds: float) -> list[str]:
    """Request runs of a DAG so many seconds after noon, oldest first."""
    partition = partition_of_dag(dag_id, stack.store.partitions)
    made = [new_run_id(partition, NOON_MS + round(second * 1000), bytes(10)) for second in seconds]
    for run_id in made:
        await stack.store.request_run(dag_id, run_id)
    return made


async def listed(api: httpx.AsyncClient, **params: str | list[str]) -> list[str]:
    answer = await api.get("/runs", params=params)
    assert answer.status_code == 200, answer.text
    return [run["run_id"] for run in answer.json()["runs"]]


def noon_and(seconds: float) -> str:
    return datetime.fromtimestamp(NOON_MS / 1000 + seconds, UTC).isoformat(timespec="milliseconds")


async def test_runs_are_listed_by_several_statuses_repeated_or_between_commas(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    await api.post("/dags", json={"id": "bad", "tasks": {"a": {"name": "A", "command": "exit 1"}}})
    done = [(await api.post(f"/dags/{name}/run")).json()["run_id"] for name in ("sample", "bad", "other")]
    for run_id in done:
        await stack.ended(run_id)
    assert await listed(api, status="failed,succeeded") == sorted(done, reverse=True)
    assert await listed(api, status=["failed", "cancelled"]) == [done[1]]
    assert await listed(api, status=["cancelled,running", "succeeded"], dag_id="other") == [done[2]]
    assert await listed(api, status="") == sorted(done, reverse=True)


async def test_runs_are_listed_from_a_time_on_and_before_another(stack: Stack, api: httpx.AsyncClient) -> None:
    runs = await request(stack, "sample", 0, 1, 2, 3)
    (other,) = await request(stack, "other", 1.5)
    within = {"created_after": noon_and(1), "created_before": noon_and(3)}
    assert await listed(api, **within) == [runs[2], other, runs[1]]
    assert await listed(api, **within, dag_id="sample", status="requested") == [runs[2], runs[1]]
    assert await listed(api, created_after=noon_and(2.001)) == [runs[3]]
    assert await listed(api, created_before=noon_and(0.0)) == []
    assert await listed(api, created_before="1969-12-31T23:59:59Z") == []
    assert len(await listed(api, created_after="1969-12-31T23:59:59Z")) == 5


async def test_a_time_may_be_of_any_zone_with_its_plus_escaped_or_not(stack: Stack, api: httpx.AsyncClient) -> None:
    runs = await request(stack, "sample", 0, 1)
    east = datetime.fromtimestamp(NOON_MS / 1000 + 1, UTC).isoformat().replace("+00:00", "")
    for zone in ("Z", "%2B00:00", "+00:00", "-00:00"):
        answer = await api.get(f"/runs?created_after={east}{zone}")
        assert [run["run_id"] for run in answer.json()["runs"]] == [runs[1]]


async def test_the_beginning_of_an_id_finds_its_run(stack: Stack, api: httpx.AsyncClient) -> None:
    runs = await request(stack, "sample", 0, 1, 40_000_000)
    assert await listed(api, search=runs[1]) == [runs[1]]
    assert await listed(api, search=f" {runs[1][:10].upper()} ") == [runs[1]]
    assert await listed(api, search=runs[0][:5]) == [runs[1], runs[0]]
    assert await listed(api, search=runs[0][:5], created_after=noon_and(0.5), status="requested") == [runs[1]]
    for nothing in ("zzz", "01*", "é", "~", runs[0] + "0"):
        assert await listed(api, search=nothing) == []


async def test_pages_of_filtered_runs_miss_none(stack: Stack, api: httpx.AsyncClient) -> None:
    runs = await request(stack, "sample", *range(10)) + await request(stack, "other", *range(1, 10))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": "3", "cursor": cursor, "created_before": noon_and(9), "status": "requested,running"}
        page = (await api.get("/runs", params=params)).json()
        seen += [run["run_id"] for run in page["runs"]]
        cursor = page["next_cursor"]
    assert seen == sorted({*runs[:9], *runs[10:18]}, reverse=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "running,done"),
        ("created_after", "yesterday"),
        ("created_after", "2026-11-23"),
        ("created_before", "2026-11-23T09:47:05"),
        ("created_before", "1700000000"),
        ("search", "0" * 65),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused_with_its_field(
    api: httpx.AsyncClient, field: str, value: str
) -> None:
    answer = await api.get("/runs", params={field: value})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, field)


@pytest.mark.parametrize("query", [{}, {"dag_id": "sample"}])
async def test_the_live_feed_goes_on_where_a_list_ends(stack: Stack, query: dict[str, str]) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    first = await stack.start(dag("sample", {"a": ()}))
    await stack.ended(first)
    async with serve_api(stack.store) as (api, _):
        answer = (await api.get("/runs", params=query)).json()
        (entry,) = answer["runs"]
        second = await stack.again("sample")
        path = str(httpx.URL("/events", params={**query, "last_event_id": answer["position"]}))
        async with asyncio.timeout(20):
            async for frame in sse(api, path):
                event = msgspec.json.decode(frame.data) if frame.data else {}
                assert event.get("run_id", second) == second, "what the list tells is not told again"
                if event.get("type") == "RunFinished":
                    break
        assert entry["seq"] < event["seq"]

"""The overview, the state of the system and the dead letters, over the API."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from api_kit import open_api
from penstock import __version__
from penstock.core.dag import dag_version
from penstock.core.run import RunSummary
from penstock.ids import ENTROPY_BYTES, new_run_id, partition_of_dag
from penstock_api import recent_dags
from penstock_api.routes import overview
from stack import DIAMOND, PARTITIONS, Held, Noop, Stack, dag, eventually
from store_kit import presence


@pytest.fixture
async def api(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.setattr("penstock_api.figures.FRESH_SECONDS", 0.0)
    return api


async def read(api: httpx.AsyncClient, path: str) -> Any:  # noqa: ANN401  # any JSON
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_overview_of_an_empty_deployment_has_nothing_in_it(api: httpx.AsyncClient) -> None:
    answer = await read(api, "/overview")
    figures = answer.pop("figures")
    assert answer.pop("position") == "0:0,1:0,2:0,3:0"
    assert set(answer) == {"series", "active", "failed", "dags", "workers", "schedulers"}
    assert not any(answer.values())
    assert (figures["events_total"], figures["sample"], figures["schedulers"], figures["workers"]) == (0, None, 0, 0)
    assert set(figures["runs_by_status"].values()) | set(figures["tasks_by_status"].values()) == {0}


async def test_an_overview_shows_what_runs_what_failed_and_what_was_run_last(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker(held := Held())
    bad = await stack.start(dag("bad", {"a": ()}))
    await eventually(lambda: _answer(held.running), "the first to run")
    await stack.store.cancel_run(bad)
    await stack.ended(bad)
    await stack.store.register_dag(spec := dag("never", DIAMOND), dag_version(spec))
    slow = await stack.start(dag("slow", {"a": ()}))
    answer = await read(api, "/overview")
    assert [run["run_id"] for run in answer["active"]] == [slow]
    assert answer["failed"] == []
    assert [entry["dag_id"] for entry in answer["dags"]] == ["slow", "bad", "never"]
    assert [[run["run_id"] for run in entry["last_runs"]] for entry in answer["dags"]] == [[slow], [bad], []]
    await eventually(lambda: _answer(held.running), "the second to run")
    held.running["a"].set()


@pytest.mark.parametrize("looked_at", [1, 3, 200])
async def test_of_many_runs_and_dags_an_overview_has_the_newest(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(recent_dags, "LOOKED_AT", looked_at)
    monkeypatch.setattr(overview, "RUNS", 2)
    for name in ("DAGS", "LAST_RUNS"):
        monkeypatch.setattr(recent_dags, name, 2)
    runs: list[str] = []
    for number, name in enumerate(("x", "y", "z", "y", "y", "x")):
        await stack.store.register_dag(spec := dag(name, {"a": ()}), dag_version(spec))
        runs.append(new_run_id(partition_of_dag(name, PARTITIONS), number, bytes(ENTROPY_BYTES)))
        await stack.store.request_run(name, runs[-1])
    answer = await read(api, "/overview")
    assert [run["run_id"] for run in answer["active"]] == [runs[5], runs[4]]
    assert [entry["dag_id"] for entry in answer["dags"]] == ["x", "y"]
    assert [run["run_id"] for run in answer["dags"][1]["last_runs"]] == [runs[4], runs[3]]


async def test_which_of_many_dags_were_run_last_is_asked_once_for_all_who_want_it_at_the_same_time(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("LOOKED_AT", 1), ("DAGS", 2)):
        monkeypatch.setattr(recent_dags, name, most)
    monkeypatch.setattr(recent_dags, "RANKED_SECONDS", 3600)
    for name in ("x", "y", "z"):
        await stack.store.register_dag(spec := dag(name, {"a": ()}), dag_version(spec))
        await api.post(f"/dags/{name}/run")
    asked: list[int] = []
    read_last = stack.store.last_runs

    async def last_runs(dag_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
        asked.append(len(dag_ids))
        return await read_last(dag_ids, limit)

    monkeypatch.setattr(stack.store, "last_runs", last_runs)
    answers = await asyncio.gather(*(read(api, "/overview") for _ in range(5)))
    assert [[entry["dag_id"] for entry in answer["dags"]] for answer in answers] == [["z", "y"]] * 5
    assert asked.count(3) == 1
    await api.post("/dags/y/run")
    latest = await read(api, "/overview")
    assert [entry["dag_id"] for entry in latest["dags"]] == ["y", "z"]
    assert asked.count(3) == 1


async def test_runs_that_failed_are_shown_as_such(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("bad", {"a": ()}, command="exit 1"))
    await stack.ended(run_id)
    assert [run["run_id"] for run in (await read(api, "/overview"))["failed"]] == [run_id]


async def test_the_system_shows_who_works_and_how_its_parts_fare(stack: Stack, api: httpx.AsyncClient) -> None:
    scheduler = await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(await stack.start(dag("diamond", DIAMOND)))
    answer = await read(api, "/system")
    (shown,) = answer["schedulers"]
    assert (shown["name"], shown["partitions"]) == (scheduler._owner, list(range(PARTITIONS)))
    assert shown["seq"] == answer["figures"]["events_total"] > 0
    assert 0 < shown["lease_seconds"] <= 2
    (worker,) = answer["workers"]
    assert (worker["slots"], worker["version"]) == (8, __version__)
    assert [one["partition"] for one in answer["partitions"]] == list(range(PARTITIONS))
    assert answer["position"] == ",".join(f"{one['partition']}:{one['seq']}" for one in answer["partitions"])
    assert (answer["version"], answer["server_faults"], answer["server"]["role"]) == (__version__, [], "master")
    assert (answer["figures"]["schedulers"], answer["figures"]["workers"]) == (1, 1)


async def test_times_of_a_worker_are_told_by_the_clock_of_the_store(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.store.announce(presence("w", busy=1), 60_000)
    (kept,) = await stack.store.workers()
    (worker,) = (await read(api, "/system"))["workers"]
    assert kept.seen_at % 1000 == int(worker["seen_at"][-4:-1])
    assert (kept.seen_at - 500) % 1000 == int(worker["executing"][0]["since"][-4:-1])
    assert worker["started_at"][-7:] == worker["seen_at"][-7:]  # a minute before


async def test_a_scheduler_without_a_partition_is_shown_too(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.store.present("spare", 60_000)
    (shown,) = (await read(api, "/system"))["schedulers"]
    assert shown == {"name": "spare", "partitions": [], "inbox_lag": 0, "seq": 0, "lease_seconds": 0.0}


async def garbage(stack: Stack, partition: int, data: bytes) -> None:
    before = (await stack.store.figures()).dead_letters
    await stack.store._db.command("XADD", stack.store._db.keys[partition].inbox, "*", "fact", data)

    async def set_aside() -> bool:
        return (await stack.store.figures()).dead_letters > before

    await eventually(set_aside, "the fact to be set aside")


async def test_dead_letters_of_all_partitions_are_listed_newest_first_page_by_page(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    for number, partition in enumerate((0, 1, 0, 3)):
        await garbage(stack, partition, b"garbage %d" % number)
    first = await read(api, "/dead-letters?limit=3")
    second = await read(api, f"/dead-letters?limit=3&cursor={first['next_cursor']}")
    letters = first["dead_letters"] + second["dead_letters"]
    assert [(one["partition"], one["data"]) for one in letters] == [
        *((3, "garbage 3"), (0, "garbage 2"), (1, "garbage 1"), (0, "garbage 0"))
    ]
    assert "Not an event" in letters[0]["reason"]
    assert second["next_cursor"] is None
    own = await read(api, "/dead-letters?partition=0")
    assert own["dead_letters"] == [letters[1], letters[3]]


async def test_letters_of_one_moment_in_several_partitions_are_neither_missed_nor_repeated(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    for partition in range(PARTITIONS):
        for number in range(2):
            place = (f"1700000000000-{number}", "id", f"{partition}.{number}", "reason", "r", "fact", "f")
            await stack.store._db.command("XADD", stack.store._db.keys[partition].dead, *place)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await read(api, f"/dead-letters?limit=3&cursor={cursor}")
        seen += [one["id"] for one in page["dead_letters"]]
        cursor = page["next_cursor"]
    assert seen == ["3.1", "2.1", "1.1", "0.1", "3.0", "2.0", "1.0", "0.0"]


async def test_of_a_large_dead_letter_the_beginning_is_shown_and_how_large_it_is(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await garbage(stack, 0, b"x" * 50_000)
    (letter,) = (await read(api, "/dead-letters"))["dead_letters"]
    assert (letter["data"], letter["size"]) == ("x" * 10_000, 50_000)


@pytest.mark.parametrize("query", ["partition=4", "partition=-1", "cursor=x", "cursor=1-2", "limit=0"])
async def test_what_cannot_be_asked_for_is_refused_by_name(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/dead-letters?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == query.partition("=")[0]


async def test_who_asks_for_figures_at_the_same_time_is_answered_from_one_reading(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_api(stack.store) as api:
        count = 0
        read_figures = stack.store.figures

        async def counted() -> object:
            nonlocal count
            count += 1
            return await read_figures()

        monkeypatch.setattr(stack.store, "figures", counted)
        await asyncio.gather(*(api.get("/system") for _ in range(20)))
    assert count <= 2  # the sampler may have asked too


async def _answer(value: object) -> bool:
    return bool(value)

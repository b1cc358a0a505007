"""The digest: every run that changed, as it is now, however often it changed and wherever the connection breaks."""

import asyncio
import random
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import httpx
import msgspec
import pytest

from api_kit import open_api, serve_api, sse
from digest_kit import BEGINNING, DIGEST, starts, told, until_run
from penstock.core.dag import dag_version
from penstock.embedded import EmbeddedServer
from penstock.ids import partition_of_dag
from penstock.store.valkey import ValkeyStore
from penstock_api.live import digest, digest_stream, hub
from stack import DIAMOND, PARTITIONS, Held, Noop, Stack, dag, eventually, open_stack


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(digest_stream, "FIGURES_SECONDS", 0.02)
    monkeypatch.setattr(digest_stream, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr("penstock_api.figures.FRESH_SECONDS", 0.0)


async def test_a_run_that_changed_is_told_whole_as_it_is_listed(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        assert (await anext(stream)).id == BEGINNING
        run_id = await stack.start(dag("diamond", DIAMOND))
        frame, run = await until_run(stream, run_id, "succeeded")
        assert run == (await api.get("/runs")).json()["runs"][0]
        partition = partition_of_dag("diamond", PARTITIONS)
        end = f"{partition}:{(await stack.store.head(partition)).seq}"
        while end not in frame.id.split(","):  # the run may have been ahead of the event that brought it here
            frame = await anext(stream)


async def test_many_events_of_a_run_are_told_as_one_change(stack: Stack) -> None:
    run_id = await stack.start(dag("busy", {"a": ()}))
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        await anext(stream)
        await starts(stack.store, [run_id] * 500)
        frames = [(await told(stream, "Run"))[0]]
        partition = partition_of_dag("busy", PARTITIONS)
        while f"{partition}:500" not in frames[-1].id.split(","):
            frames.append((await told(stream, "Run"))[0])
    assert len(frames) < 10


async def test_a_version_that_is_registered_is_told_as_it_is_listed(stack: Stack) -> None:
    await stack.scheduler()
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        await anext(stream)
        spec = dag("fresh", DIAMOND)
        await stack.store.register_dag(spec, dag_version(spec))
        _, entry = await told(stream, "Dag")
        assert entry == (await api.get("/dags")).json()["dags"][0]
        assert entry["registered_at"] is not None


@pytest.mark.parametrize("kept", [0, 50_000], ids=["from the log", "from memory"])
@pytest.mark.parametrize("seed", range(2))
async def test_broken_at_any_point_and_resumed_anywhere_it_ends_with_every_run_as_it_is(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, seed: int, kept: int
) -> None:
    monkeypatch.setattr(hub, "CHANGED_KEPT", kept)
    monkeypatch.setattr(hub, "MOST_RUNS", 1)
    monkeypatch.setattr(hub, "TAIL_MS", 20)
    chance = random.Random(seed)
    await stack.scheduler()
    await stack.worker(Noop())
    shown: dict[str, Any] = {}
    async with serve_api(stack.store) as (first, _), serve_api(stack.store) as (second, _):
        working = asyncio.create_task(_diamonds(stack, 12))
        position = BEGINNING
        while not (working.done() and shown == await _listed(first)):
            async with aclosing(sse(chance.choice((first, second)), DIGEST, position)) as stream:
                for _ in range(chance.randint(1, 60)):  # a moment may take twenty
                    frame = await anext(stream)
                    position = frame.id or position
                    if frame.event == "Run":
                        run = msgspec.json.decode(frame.data)
                        shown[run["run_id"]] = run
                    if working.done() and shown == await _listed(first):
                        break
        await working
    assert len(shown) == 12


async def test_all_but_the_last_message_of_a_moment_leave_the_position_where_it_was(stack: Stack) -> None:
    await stack.start(dag("many", {"a": ()}))
    runs = [await stack.again("many") for _ in range(3)]
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        await anext(stream)
        await starts(stack.store, runs)
        frames = [(await told(stream, "Run"))[0] for _ in runs]
    partition = partition_of_dag("many", PARTITIONS)
    assert [frame.id.split(",")[partition] for frame in frames] == [f"{partition}:{seq}" for seq in (0, 0, 3)]
    assert [msgspec.json.decode(frame.data)["run_id"] for frame in frames] == runs


async def test_of_more_runs_than_it_tells_the_newest_are_told_and_that_there_were_more(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "MOST_RUNS", 2)
    await stack.start(dag("many", {"a": ()}))
    runs = [await stack.again("many") for _ in range(5)]
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        await anext(stream)
        await starts(stack.store, runs)
        _, nothing = await told(stream, "Overflow", "Run")
        assert nothing == {}
        assert [(await told(stream, "Run"))[1]["run_id"] for _ in range(2)] == runs[-2:]


async def test_one_who_has_missed_more_than_can_be_looked_up_is_told_to_look_anew(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "BACKLOG_EVENTS", 3)
    run_id = await stack.start(dag("long", {"a": ()}))
    await starts(stack.store, [run_id] * 4)
    partition = partition_of_dag("long", PARTITIONS)
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST, BEGINNING)) as stream:
        frame, _ = await told(stream, "Overflow", "Run")
    assert (frame.event, frame.id.split(",")[partition]) == ("Overflow", f"{partition}:4")


async def test_one_who_has_seen_what_is_gone_is_told_to_look_anew(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST, "0:9,1:0,2:0,3:0")) as stream:
        assert (await told(stream, "Overflow"))[0].id == BEGINNING


async def test_a_dag_filter_tells_of_that_dag_and_its_runs_also_of_those_that_began_before(stack: Stack) -> None:
    names = [name for name in (f"n{i}" for i in range(50)) if partition_of_dag(name, PARTITIONS) == 1][:2]
    runs = [await stack.start(dag(name, {"a": ()})) for name in names]
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, f"{DIGEST}&dag_id={names[0]}")) as stream:
        assert (await anext(stream)).id == "1:0"
        await starts(stack.store, runs)
        frame, run = await told(stream, "Run", "Dag")
        assert (frame.id, run["run_id"]) == ("1:2", runs[0])
        await starts(stack.store, [runs[1], runs[0]])
        frame, run = await told(stream, "Run", "Dag")
        assert (frame.id, run["run_id"]) == ("1:4", runs[0])


async def test_a_run_filter_tells_of_that_run(stack: Stack) -> None:
    first = await stack.start(dag("pair", {"a": ()}))
    second = await stack.again("pair")
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, f"{DIGEST}&run_id={second}")) as stream:
        await anext(stream)
        await starts(stack.store, [first, second, first])
        assert (await told(stream, "Run"))[1]["run_id"] == second


async def test_figures_come_without_a_position_and_only_when_they_are_new(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        frame, figures = await told(stream, "Figures")
        assert (frame.id, figures["inbox_lag"], figures["workers"], figures["sample"]) == ("", 0, 0, None)
        seen = [figures]
        await stack.start(dag("diamond", DIAMOND))
        while seen[-1]["inbox_lag"] < 2:
            seen.append((await told(stream, "Figures"))[1])
    unlike = [{**one, "at": ""} for one in seen]
    assert all(one != other for one, other in pairwise(unlike))
    assert seen[-1]["runs_by_status"]["requested"] == 1


async def test_a_silent_digest_shows_that_it_is_alive(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, DIGEST)) as stream:
        opening = await anext(stream)
        assert opening.event == "Beat"
        async for frame in stream:
            if frame.event == "Beat":
                break
    assert frame == opening


async def test_a_digest_shares_the_feed_and_leaves_those_who_want_events_alone(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    async with (
        serve_api(stack.store) as (api, _),
        aclosing(sse(api, "/events")) as events,
        aclosing(sse(api, DIGEST)) as changes,
    ):
        await anext(events)
        await anext(changes)
        run_id = await stack.start(dag("diamond", DIAMOND))
        await until_run(changes, run_id, "succeeded")
        kinds = []
        while "RunFinished" not in kinds:
            kinds.append((await anext(events)).event)
    assert len(kinds) == 1 + len(await stack.history(run_id))


async def test_runs_that_many_watch_are_read_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = await stack.start(dag("one", {"a": ()}))
    asked: list[str] = []
    read = stack.store.summaries

    async def counted(run_ids: list[str]) -> object:
        asked.extend(run_ids)
        return await read(run_ids)

    monkeypatch.setattr(stack.store, "summaries", counted)
    async with serve_api(stack.store) as (api, _):
        streams = [sse(api, DIGEST) for _ in range(5)]
        for stream in streams:
            await anext(stream)
        await starts(stack.store, [run_id])
        for stream in streams:
            await told(stream, "Run")
            await stream.aclose()
    assert asked == [run_id]


async def test_while_the_store_is_away_the_digest_pauses_and_then_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with EmbeddedServer(tmp_path_factory.mktemp("away"), appendfsync="everysec") as server:
        async with (
            open_stack(server.redis_url) as stack,
            serve_api(stack.store) as (api, _),
            aclosing(sse(api, DIGEST)) as stream,
        ):
            run_id = await stack.start(dag("diamond", {"a": ()}))
            await anext(stream)
            await starts(stack.store, [run_id])
            await told(stream, "Run")
            server.stop()
            server.start()
            await eventually(lambda: _written(stack.store, run_id), "the store to be back")
            frame, _ = await told(stream, "Run")
            partition = partition_of_dag("diamond", PARTITIONS)
            assert f"{partition}:2" in frame.id.split(",")


async def test_types_cannot_be_asked_of_a_digest(stack: Stack) -> None:
    async with open_api(stack.store) as api:
        answer = await api.get(f"{DIGEST}&types=RunFinished")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "types"


async def test_from_an_overview_on_a_digest_misses_nothing(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(held := Held())
    run_id = await stack.start(dag("slow", {"a": ()}))
    async with serve_api(stack.store) as (api, _):
        await eventually(lambda: _answer(held.running), "the task to run")
        overview = (await api.get("/overview")).json()
        assert [run["run_id"] for run in overview["active"]] == [run_id]
        held.running["a"].set()
        await stack.ended(run_id)
        async with aclosing(sse(api, f"{DIGEST}&last_event_id={overview['position']}")) as stream:
            await until_run(stream, run_id, "succeeded")


async def _written(store: ValkeyStore, run_id: str) -> bool:
    try:
        await starts(store, [run_id])
    except Exception:  # noqa: BLE001  # it is not back yet
        return False
    return True


async def _answer(value: object) -> bool:
    return bool(value)


async def _listed(api: httpx.AsyncClient) -> dict[str, Any]:
    return {run["run_id"]: run for run in (await api.get("/runs")).json()["runs"]}


async def _diamonds(stack: Stack, count: int) -> None:
    runs = [await stack.start(dag(f"d{number % 6}", DIAMOND)) for number in range(count)]
    for run_id in runs:
        await stack.ended(run_id)

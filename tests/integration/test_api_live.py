"""The live feed: every event once, in order, wherever the connection breaks and whoever is asked next."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec
import pytest

from api_kit import SAMPLE, Frame, open_api, serve_api, sse
from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.embedded import EmbeddedServer
from penstock.ids import new_run_id, partition_of_dag
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock_api.app import Api
from penstock_api.live import hub
from penstock_api.routes import live
from penstock_api.server import Server
from stack import DIAMOND, PARTITIONS, Noop, Stack, dag, eventually, open_stack

BEGINNING = ",".join(f"{partition}:0" for partition in range(PARTITIONS))


async def write(store: ValkeyStore, partition: int, *events: e.AnyEvent) -> None:
    """Put events at the end of a log, as a commit would."""
    keys = store._db.keys[partition]
    seq = (await store.head(partition)).seq
    for number, event in enumerate(events, seq + 1):
        await store._db.command("XADD", keys.log, f"{number}-0", "event", encode_event(event))
        await store._db.command("HSET", keys.head, "seq", number)


def noise(number: int, size: int = 0) -> e.AnyEvent:
    run_id = new_run_id(0, number, b"0123456789")
    return e.TaskSucceeded(
        run_id=run_id, task_id="a", attempt=1, worker="w", at=number, cause="log:1", output="x" * size
    )


async def test_a_stream_begins_with_what_happens_now(stack: Stack) -> None:
    await write(stack.store, 0, noise(1))
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events")) as stream:
        opening = await anext(stream)
        assert opening == Frame("0:1,1:0,2:0,3:0", "Beat", "")
        await write(stack.store, 2, noise(2))
        event = await anext(stream)
    assert (event.id, event.event) == ("0:1,1:0,2:1,3:0", "TaskSucceeded")
    told = msgspec.json.decode(event.data)
    assert (told["partition"], told["seq"], told["at"]) == (2, 1, "1970-01-01T00:00:00.002Z")


async def test_a_stream_may_be_neither_stored_nor_buffered_on_its_way(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _), api.stream("GET", "/events") as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize("window_bytes", [4_000, 32 * 1024 * 1024], ids=["behind the window", "within the window"])
@pytest.mark.parametrize("seed", range(3))
async def test_broken_at_any_point_and_resumed_anywhere_it_neither_misses_nor_repeats(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, seed: int, window_bytes: int
) -> None:
    monkeypatch.setattr(hub, "WINDOW_BYTES", window_bytes)
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    chance = random.Random(seed)
    await stack.scheduler()
    await stack.worker(Noop())
    seen: list[tuple[int, int]] = []
    async with serve_api(stack.store) as (first, _), serve_api(stack.store) as (second, _):
        working = asyncio.create_task(_run_diamonds(stack, 12))
        position = BEGINNING
        while not (working.done() and len(seen) == (await stack.store.figures()).events):
            async with aclosing(sse(chance.choice((first, second)), "/events", position)) as stream:
                for _ in range(chance.randint(1, 40)):
                    frame = await anext(stream)
                    position = frame.id
                    if frame.data:
                        told = msgspec.json.decode(frame.data)
                        seen.append((told["partition"], told["seq"]))
                    elif working.done() and len(seen) == (await stack.store.figures()).events:
                        break
        await working
    for partition in range(PARTITIONS):
        seqs = [seq for number, seq in seen if number == partition]
        assert seqs == list(range(1, (await stack.store.head(partition)).seq + 1))


async def test_a_run_filter_tells_the_whole_history_of_that_run_and_nothing_else(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    runs = [await stack.start(dag("diamond", DIAMOND)) for _ in range(5)]
    for run_id in runs:
        await stack.ended(run_id)
    partition = partition_of_dag("diamond", PARTITIONS)
    async with serve_api(stack.store) as (api, _):
        wanted = (await api.get(f"/runs/{runs[2]}/events")).json()["events"]
        path = f"/events?run_id={runs[2]}&last_event_id={partition}:0"
        async with aclosing(sse(api, path)) as stream:
            frames = [frame async for frame in _first(stream, len(wanted) + 1)]
    told = [msgspec.json.decode(frame.data) for frame in frames[1:]]
    assert told == [{"partition": partition, **event} for event in wanted]
    assert frames[-1].id == f"{partition}:{wanted[-1]['seq']}"


async def test_a_dag_filter_tells_of_the_dag_and_all_its_runs(stack: Stack) -> None:
    names = [name for name in (f"n{i}" for i in range(50)) if partition_of_dag(name, PARTITIONS) == 1][:2]
    await stack.scheduler()
    await stack.worker(Noop())
    runs = [await stack.start(dag(name, DIAMOND)) for name in names * 2]
    for run_id in runs:
        await stack.ended(run_id)
    mine = {runs[0], runs[2]}
    total = 1 + sum([len(await stack.history(run_id)) for run_id in mine])
    path = f"/events?dag_id={names[0]}"
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, path, "1:0")) as stream:
        told = [msgspec.json.decode(frame.data) async for frame in _first(stream, total + 1) if frame.data]
    assert told[0]["type"] == "DagRegistered"
    assert (told[0]["task_count"], "definition" in told[0]) == (4, False)
    assert {event["run_id"] for event in told[1:]} == mine


async def test_the_dag_of_a_run_that_began_before_the_stream_is_looked_up(stack: Stack) -> None:
    await stack.start(dag("late", {"a": ()}))
    partition = partition_of_dag("late", PARTITIONS)
    run_id = await stack.again("late")
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events?dag_id=late")) as stream:
        await anext(stream)
        await write(stack.store, partition, noise(1), e.RunStarted(run_id=run_id, at=2, cause="log:1"))
        frame = await anext(stream)
    assert (frame.event, frame.id) == ("RunStarted", f"{partition}:2")


@pytest.mark.parametrize("position", ["x", "0:1", "0:1,1:1,2:1,3:x", "0:1,0:1,1:1,2:1", BEGINNING + ",4:0", "-1:0"])
async def test_a_position_that_is_none_of_this_stream_is_refused(stack: Stack, position: str) -> None:
    async with open_api(stack.store) as api:
        answer = await api.get("/events", headers={"last-event-id": position})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unreadable")


async def test_a_position_beyond_the_end_of_the_log_goes_on_from_its_end(stack: Stack) -> None:
    await write(stack.store, 0, noise(1))
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events", "0:99,1:0,2:0,3:0")) as stream:
        assert (await anext(stream)).id == "0:1,1:0,2:0,3:0"


async def test_a_silent_stream_shows_that_it_is_alive_and_moves_the_position_past_what_it_does_not_watch(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.02)
    run_id = await stack.start(dag("quiet", {"a": ()}))
    partition = partition_of_dag("quiet", PARTITIONS)
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, f"/events?run_id={run_id}")) as stream:
        await anext(stream)
        await write(stack.store, partition, noise(1), noise(2))
        async for frame in stream:
            assert (frame.event, frame.data) == ("Beat", "")
            if frame.id == f"{partition}:2":
                break


async def test_one_who_does_not_read_costs_no_memory_and_holds_up_nobody(stack: Stack) -> None:
    count, size = 60, 200_000
    async with serve_api(stack.store) as (api, server):
        host, port = api.base_url.host, api.base_url.port
        reader, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.write(f"GET /events HTTP/1.1\r\nHost: {host}\r\nLast-Event-ID: {BEGINNING}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        async with aclosing(sse(api, "/events", BEGINNING)) as stream:
            await anext(stream)
            await write(stack.store, 0, *(noise(number, size) for number in range(count)))
            frames = [frame async for frame in _first(stream, count)]
        assert [frame.id.partition(",")[0] for frame in frames] == [f"0:{seq}" for seq in range(1, count + 1)]
        assert _unsent(server) < 3 * size
        read = 0
        while read < count * size:  # late, but nothing is missing
            read += len(await reader.read(1 << 20))
        writer.close()
        await writer.wait_closed()


async def test_who_leaves_leaves_nothing_behind(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "TAIL_MS", 20)
    async with serve_api(stack.store) as (api, server):
        async with aclosing(sse(api, "/events")) as first, aclosing(sse(api, "/events")) as second:
            await anext(first)
            await anext(second)
        app = server.config.app
        assert isinstance(app, Api)
        feed = app.state.context.hub
        await eventually(lambda: _answer(not feed._viewers and not feed._windows), "the feed to rest")
        await write(stack.store, 0, noise(1))
        async with aclosing(sse(api, "/events", BEGINNING)) as stream:
            frames = [frame async for frame in _first(stream, 2)]
        assert frames[1].id == "0:1,1:0,2:0,3:0"


async def test_while_the_store_is_away_the_stream_pauses_and_then_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = EmbeddedServer(tmp_path_factory.mktemp("away"), appendfsync="everysec")
    with server:
        async with (
            open_stack(server.redis_url) as stack,
            serve_api(stack.store) as (api, _),
            aclosing(sse(api, "/events")) as stream,
        ):
            await anext(stream)
            await write(stack.store, 0, noise(1))
            assert (await anext(stream)).id.startswith("0:1,")
            server.stop()
            server.start()
            another = await open_valkey(stack.url, prefix=stack.prefix, partitions=PARTITIONS)
            await write(another, 0, noise(2))
            await another.close()
            assert (await anext(stream)).id.startswith("0:2,")


async def test_a_run_that_is_only_requested_can_be_watched_already(stack: Stack) -> None:
    async with serve_api(stack.store) as (api, _):
        await api.post("/dags", json=SAMPLE)
        run_id = (await api.post("/dags/sample/run")).json()["run_id"]
        async with aclosing(sse(api, f"/events?run_id={run_id}")) as stream:
            await anext(stream)
            await stack.scheduler()
            assert (await anext(stream)).event == "RunRequested"


@pytest.mark.parametrize("types", ["types=RunFinished,TaskFailed", "types=RunFinished&types=TaskFailed"])
@pytest.mark.parametrize("window_bytes", [0, 32 * 1024 * 1024], ids=["from the log", "from memory"])
async def test_types_narrow_the_stream_to_events_of_these_types(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, types: str, window_bytes: int
) -> None:
    monkeypatch.setattr(hub, "WINDOW_BYTES", window_bytes)
    await stack.scheduler()
    await stack.worker(Noop())
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, f"/events?{types}")) as stream:
        await anext(stream)
        runs = [await stack.start(dag("diamond", DIAMOND)) for _ in range(3)]
        frames = [frame async for frame in _first(stream, 3)]
    assert [frame.event for frame in frames] == ["RunFinished"] * 3
    assert {msgspec.json.decode(frame.data)["run_id"] for frame in frames} == set(runs)


async def test_an_unknown_type_is_refused_by_name(stack: Stack) -> None:
    async with open_api(stack.store) as api:
        answer = await api.get("/events?types=RunFinished,RunFinnished")
    assert answer.status_code == 422
    (detail,) = answer.json()["error"]["details"]
    assert detail["field"] == "types"
    assert "'RunFinnished'" in detail["message"]


async def test_a_stream_can_begin_with_the_last_events_of_each_partition(stack: Stack) -> None:
    await write(stack.store, 0, *(noise(number) for number in range(1, 6)))
    await write(stack.store, 2, noise(6))
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events?last=2")) as stream:
        assert (await anext(stream)).id == "0:3,1:0,2:0,3:0"
        frames = [frame async for frame in _first(stream, 3)]
    told = [msgspec.json.decode(frame.data) for frame in frames]
    assert [(event["partition"], event["seq"]) for event in told] == [(0, 4), (0, 5), (2, 1)]


async def test_where_a_position_is_given_the_last_events_do_not_count(stack: Stack) -> None:
    await write(stack.store, 0, *(noise(number) for number in range(1, 6)))
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events?last=4", "0:4,1:0,2:0,3:0")) as stream:
        assert [frame.id async for frame in _first(stream, 2)] == ["0:4,1:0,2:0,3:0", "0:5,1:0,2:0,3:0"]


@pytest.mark.parametrize("last", ["-1", "1001", "all"])
async def test_so_many_last_events_cannot_be_asked_for(stack: Stack, last: str) -> None:
    async with open_api(stack.store) as api:
        answer = await api.get("/events", params={"last": last})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "last"


async def _run_diamonds(stack: Stack, count: int) -> None:
    runs = [await stack.start(dag(f"d{number % 6}", DIAMOND)) for number in range(count)]
    for run_id in runs:
        await stack.ended(run_id)


async def _first(stream: AsyncIterator[Frame], count: int) -> AsyncIterator[Frame]:
    for _ in range(count):
        yield await anext(stream)


def _unsent(server: Server) -> int:
    """Return the bytes that wait in the server for slow clients."""
    transports = [connection.transport for connection in server.server_state.connections]
    return max(transport.get_write_buffer_size() for transport in transports)


async def _answer(value: bool) -> bool:
    return value

"""What only a store on a server can promise: names of keys, standard tools, scripts, connections."""

import asyncio
import socket

import pytest
import uvloop

from penstock.errors import StoreUnavailableError, UnfitServerError
from penstock.store.records import Notified
from penstock.store.valkey import open_valkey
from penstock.store.valkey.keys import hash_tag
from penstock.store.valkey.reads import text_fields
from stack import dag
from store_backends import PARTITIONS, ServerBackend
from store_kit import FIRST, SECOND, Reign, failure, fan, presence, register, run_id, started, success

pytestmark = pytest.mark.parametrize("store_url", ["valkey", "redis", "cluster"], indirect=True)

DAY_MS = 24 * 3_600_000


async def lived_in(server: ServerBackend) -> Reign:
    """Use everything that leaves a key; return the reign of partition 0."""
    store = server.store
    await store.claim(0, "rung", 1)
    reign, _ = await started(store, fan(3), retries=1, retry_delay_seconds=1000.0)
    await store.present("owner", DAY_MS)
    await store.set_notified(0, reign.term, "ops", Notified(1, 0))
    claims = await store.claim(0, "w", 3)
    await store.append_output(claims[0], 1, [(1, "stdout", "a line")])
    await store.report([(claims[1], failure(claims[1]))])
    await store.request_run(FIRST, run_id(2), "key", "body")
    await server.deliver(0, b"garbage")
    await reign.settle()
    await store.claim(0, "idle", 100)
    await store.announce(presence("w"), DAY_MS)
    return reign


async def test_every_key_belongs_to_the_deployment_and_those_of_a_partition_to_its_slot(server: ServerBackend) -> None:
    await lived_in(server)
    await register(server.store, dag(SECOND, fan(1)))
    connection = server.valkey._db
    bases = [f"{connection.prefix}:{{{hash_tag(partition, PARTITIONS)}}}:" for partition in range(PARTITIONS)]
    found: dict[str, set[str]] = {base: set() for base in bases}
    shared = {
        f"{connection.prefix}:{name}" for name in ("deployment", "schedulers", "{workers}:until", "{workers}:told")
    }
    assert shared <= set(await server.keys())
    for key in set(await server.keys()) - shared:
        (base,) = [base for base in bases if key.startswith(base)]
        found[base].add(key.removeprefix(base).partition(":")[0])
    assert found[bases[0]] == {
        *("head", "lease", "log", "inbox", "dead", "timers", "counts", "dags", "current", "versions", "definition"),
        *("run", "runs", "events", "queue", "idle", "bell", "output", "idempotency", "notified"),
    }
    assert found[bases[1]] == {"head", "inbox", "queue", "dags", "current", "versions", "definition"}


async def test_two_deployments_on_one_server_do_not_meet(server: ServerBackend, store_url: str) -> None:
    await lived_in(server)
    before = await server.dump()
    other = await open_valkey(store_url, prefix=f"{server.valkey._db.prefix}x", partitions=3, strict=False)
    try:
        assert await other.dags() == []
        await register(other, dag(FIRST, fan(2)))
        assert (await other.figures()).runs == dict.fromkeys((await other.figures()).runs, 0)
    finally:
        await other.close()
    assert await server.dump() == before


async def test_the_lag_of_a_scheduler_is_the_lag_of_its_group(server: ServerBackend) -> None:
    connection = server.valkey._db

    async def lag() -> object:
        (group,) = await connection.command("XINFO", "GROUPS", connection.keys[0].inbox)
        return text_fields(group)["lag"]

    assert await lag() == 0
    reign, _ = await started(server.store, fan(5))
    assert await lag() == 0
    await server.store.claim(0, "w", 5)
    assert await lag() == 5
    await reign.step(2)
    assert await lag() == 3
    await reign.settle()
    assert await lag() == 0


async def test_an_idempotency_key_is_kept_for_more_than_a_day(server: ServerBackend) -> None:
    await register(server.store, dag(FIRST, fan(1)))
    await server.store.request_run(FIRST, run_id(1), "key", "body")
    (key,) = [key for key in await server.keys() if "idempotency" in key]
    left = await server.command("PTTL", key)
    assert isinstance(left, int)
    assert DAY_MS < left <= 2 * DAY_MS


async def test_neither_an_idempotency_key_nor_its_body_can_be_read_on_the_server(server: ServerBackend) -> None:
    await register(server.store, dag(FIRST, fan(1)))
    await server.store.request_run(FIRST, run_id(1), "secret-key", "digest")
    assert not [key for key in await server.keys() if "secret-key" in key]


@pytest.mark.parametrize("batch", [1, 3])
async def test_scripts_that_the_server_has_forgotten_are_loaded_again(server: ServerBackend, batch: int) -> None:
    await started(server.store, fan(3))
    claims = await server.store.claim(0, "w", 3)
    await server.store.report([(claims[0], success(claims[0]))])
    await server.command("SCRIPT", "FLUSH")
    answers = await server.store.report([(claim, success(claim)) for claim in claims[3 - batch :]])
    assert answers[-1] == "accepted"
    assert len(answers) == batch


async def test_a_deployment_keeps_the_number_of_partitions_it_was_made_with(
    server: ServerBackend, store_url: str
) -> None:
    again = await open_valkey(store_url, prefix=server.valkey._db.prefix, partitions=PARTITIONS + 5, strict=False)
    try:
        assert again.partitions == PARTITIONS
    finally:
        await again.close()


async def test_opening_a_deployment_again_changes_nothing(server: ServerBackend, store_url: str) -> None:
    await lived_in(server)
    before = await server.dump()
    await (await open_valkey(store_url, prefix=server.valkey._db.prefix, partitions=2, strict=False)).close()
    assert await server.dump() == before


async def test_a_server_that_keeps_no_file_is_refused_unless_one_insists(server: ServerBackend, store_url: str) -> None:
    keeps = server.valkey._db
    await server.command("CONFIG", "SET", "appendonly", "no")
    try:
        assert any("append-only" in fault for fault in (await server.store.condition()).sentences())
        with pytest.raises(UnfitServerError, match="append-only"):
            await open_valkey(store_url, prefix=keeps.prefix, partitions=PARTITIONS)
    finally:
        await server.command("CONFIG", "SET", "appendonly", "yes")


async def test_cancelled_waits_leave_no_answer_to_the_wrong_question(server: ServerBackend) -> None:
    await register(server.store, dag(FIRST, fan(1)))
    for pause in (0, 0.0005, 0.001, 0.002, 0.005):
        waiting = [
            *(asyncio.ensure_future(server.store.wait(f"w{number}", 200)) for number in range(5)),
            asyncio.ensure_future(server.store.tail({0: 0}, 200)),
        ]
        await asyncio.sleep(pause)
        for task in waiting:
            task.cancel()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(answer) for answer in answers] == [asyncio.CancelledError] * len(waiting)
        assert len(await server.store.inbox(0, "0-0", 10, 1000)) == 1
        assert [one.dag_id for one in await server.store.dags()] == [FIRST]


async def test_a_cancellation_that_the_client_swallows_is_not_lost(server: ServerBackend) -> None:
    asked = asyncio.Event()

    async def swallow() -> str:
        asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "an answer"
        return "nobody cancelled"

    task = asyncio.ensure_future(server.valkey._db.ask(swallow))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


BROKEN = {
    "no group on the inbox": ("XGROUP", "DESTROY", "inbox", "scheduler"),
    "no inbox": ("DEL", "inbox"),
    "no log": ("DEL", "log"),
    "a log that is no stream": ("SET", "log", "text"),
    "timers that are no sorted set": ("SET", "timers", "text"),
    "a log that goes on": ("XADD", "log", "999999-0", "event", "{}"),
    "a queue that is no stream": ("SET", "queue:default", "text"),
    "a run that is no hash": ("SET", f"run:{run_id(3)}", "text"),
    "a run's index that is no list": ("SET", f"events:{run_id(3)}", "text"),
    "a list of runs that is no sorted set": ("SET", f"runs:{FIRST}:running", "text"),
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_commit_that_cannot_be_applied_whole_is_not_applied_in_part(server: ServerBackend, broken: str) -> None:
    reign = await lived_in(server)
    await server.store.request_run(FIRST, run_id(3))
    commit = await reign.prepare()
    assert commit is not None
    name, *arguments = BROKEN[broken]
    place = 1 if name == "XGROUP" else 0
    arguments[place] = server.valkey._db.keys[0].base + arguments[place]
    if name == "SET":
        await server.command("DEL", arguments[0])
    await server.command(name, *arguments)
    before = await server.dump()
    with pytest.raises(StoreUnavailableError):
        await server.store.commit(commit)
    assert await server.dump() == before


async def test_a_server_that_does_not_answer_is_said_to_be_unavailable(store_url: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(StoreUnavailableError):
            await open_valkey(f"redis://127.0.0.1:{unused.getsockname()[1]}/0", prefix="t", partitions=PARTITIONS)


def test_a_connection_that_breaks_under_the_hands_of_uvloop_is_an_unavailable_store(store_url: str) -> None:
    async def write_to_what_is_closed() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", int(store_url.removesuffix("/0").rpartition(":")[2]))
        writer.transport.abort()
        await asyncio.sleep(0)
        writer.writelines([b"PING\r\n"])

    async def ask() -> None:
        store = await open_valkey(store_url, prefix="broken", partitions=1, strict=False)
        try:
            with pytest.raises(RuntimeError, match="the handler is closed"):
                await write_to_what_is_closed()
            with pytest.raises(StoreUnavailableError):
                await store._db.ask(write_to_what_is_closed)
        finally:
            await store.close()

    uvloop.run(ask())


async def test_a_log_that_does_not_end_at_its_head_is_seen(server: ServerBackend) -> None:
    await lived_in(server)
    sound = await server.store.health(0)
    assert sound.appended == sound.head.seq
    await server.command("XADD", server.valkey._db.keys[0].log, f"{sound.appended + 7}-0", "event", "{}")
    health = await server.store.health(0)
    assert (health.appended, health.head.seq) == (sound.appended + 7, sound.head.seq)

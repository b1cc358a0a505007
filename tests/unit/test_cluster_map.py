"""How the map of a cluster's slots is learnt, and what a client does that is sent elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.server_address import parse_address
from penstock.store.valkey.cluster import Cluster
from penstock.store.valkey.routing import slot_of
from scripted_server import LAST_SLOT, Scripted, refusal, scripted, slots, told
from stack import eventually


def away(*_words: str) -> bytes:
    return told(Exception("ERR nobody asked for this"))


class Pair:
    """Two nodes and a client that knows of the first."""

    def __init__(self, first: Scripted, second: Scripted) -> None:
        self.first = first
        self.second = second
        self.client = Cluster(parse_address(f"redis+cluster://{first.address}"))


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with AsyncExitStack() as held:
        pair = Pair(*[await held.enter_async_context(scripted(away)) for _ in range(2)])
        held.push_async_callback(pair.client.close)
        yield pair


def asked(server: Scripted) -> list[str]:
    return [" ".join(words) for words in server.heard]


async def test_a_key_that_was_moved_for_good_is_followed_by_the_map_and_without_asking(pair: Pair) -> None:
    def first(*words: str) -> bytes:
        if words[0] == "CLUSTER":
            holder = pair.second if len(pair.first.heard) > 1 else pair.first
            return slots((0, LAST_SLOT, holder))
        return refusal("MOVED", words[1], pair.second)

    def second(*words: str) -> bytes:
        return slots((0, LAST_SLOT, pair.second)) if words[0] == "CLUSTER" else told("value")

    pair.first.script, pair.second.script = first, second
    assert await pair.client.exchange([("GET", "a")]) == [b"value"]
    assert await pair.client.exchange([("GET", "b")]) == [b"value"]
    assert [line for line in asked(pair.first) if line.startswith("GET")] == ["GET a"]
    assert "ASKING" not in asked(pair.second)


async def test_keys_that_are_being_moved_are_asked_for_in_one_breath_and_the_map_stays(pair: Pair) -> None:
    def first(*words: str) -> bytes:
        if words[0] == "CLUSTER":
            return slots((0, LAST_SLOT, pair.first))
        return told("here") if words[1] == "c" else refusal("ASK", words[1], pair.second)

    pair.first.script, pair.second.script = first, lambda *words: told(" ".join(words))
    answers = await pair.client.exchange([("GET", "a"), ("GET", "c"), ("GET", "b")])
    assert answers == [b"GET a", b"here", b"GET b"]
    assert asked(pair.second) == ["ASKING", "GET a", "ASKING", "GET b"]
    assert asked(pair.first).count("CLUSTER SLOTS") == 1


async def test_a_server_keeps_its_name_while_nobody_serves_its_slots(pair: Pair) -> None:
    pair.first.script = lambda *_: slots((0, LAST_SLOT, pair.first))
    await pair.client.primaries()
    pair.first.script = lambda *_: slots((0, 0, pair.first))
    await pair.client.primaries()
    with pytest.raises(RedisConnectionError, match="no node of the cluster serves"):
        await pair.client.exchange([("GET", "a")])
    assert pair.client.server_of("a") == pair.first.address


@pytest.mark.parametrize("fails", [False, True])
async def test_all_who_wait_for_the_map_get_what_one_round_brought(pair: Pair, *, fails: bool) -> None:
    gate = asyncio.Event()

    async def first(*words: str) -> bytes:
        if words[0] != "CLUSTER":
            return told("value")
        await gate.wait()
        return told([]) if fails else slots((0, LAST_SLOT, pair.first))

    pair.first.script = first
    reads = [asyncio.create_task(pair.client.exchange([("GET", "a")])) for _ in range(20)]
    given_up = asyncio.create_task(pair.client.exchange([("GET", "a")]))
    await eventually(lambda: heard(pair.first), "the map to be asked for")
    given_up.cancel()
    gate.set()
    answers = await asyncio.gather(*reads, return_exceptions=True)
    assert asked(pair.first).count("CLUSTER SLOTS") == 1
    assert {type(answer) for answer in answers} == {RedisConnectionError if fails else list}


async def heard(server: Scripted) -> bool:
    return bool(server.heard)


async def test_a_node_that_has_just_failed_is_asked_for_the_map_last(pair: Pair) -> None:
    def script(*words: str) -> bytes:
        if words[0] == "CLUSTER":
            return slots((0, 8000, pair.first), (8001, LAST_SLOT, pair.second))
        raise ConnectionError  # ends the connection

    pair.first.script = pair.second.script = script
    await pair.client.primaries()
    key = next(name for name in map(str, range(100)) if slot_of(name) <= 8000)
    for _ in range(10):
        with pytest.raises(RedisConnectionError):
            await pair.client.exchange([("GET", key)])
        pair.first.heard.clear()
        pair.second.heard.clear()
        await pair.client.primaries()
        assert (asked(pair.first), asked(pair.second)) == ([], ["CLUSTER SLOTS"])


async def test_who_gives_up_on_a_silent_node_finds_the_one_that_has_taken_over(pair: Pair) -> None:
    taken, end = asyncio.Event(), asyncio.Event()

    async def first(*words: str) -> bytes:
        if words[0] == "CLUSTER":
            return slots((0, LAST_SLOT, pair.first))
        taken.set()
        await end.wait()
        return told("too late")

    def second(*words: str) -> bytes:
        return slots((0, LAST_SLOT, pair.second)) if words[0] == "CLUSTER" else told("value")

    pair.first.script, pair.second.script = first, second
    await pair.client.primaries()
    pair.client._known("127.0.0.1", pair.second.port)  # as its replica, it was on the map
    asking = asyncio.create_task(pair.client.exchange([("GET", "a")]))
    await taken.wait()
    asking.cancel()
    await asyncio.wait([asking])
    assert await pair.client.exchange([("GET", "a")]) == [b"value"]
    end.set()


async def test_who_looks_at_the_servers_holds_up_nobody_who_knows_where_to_go(pair: Pair) -> None:
    gate = asyncio.Event()

    async def first(*words: str) -> bytes:
        if words[0] != "CLUSTER":
            return told("value")
        if len(pair.first.heard) > 1:
            await gate.wait()
        return slots((0, LAST_SLOT, pair.first))

    pair.first.script = first
    assert await pair.client.exchange([("GET", "a")]) == [b"value"]
    looking = asyncio.create_task(pair.client.primaries())
    await eventually(lambda: says(asked(pair.first).count("CLUSTER SLOTS") == 2), "the map to be asked for again")
    assert await pair.client.exchange([("GET", "a")]) == [b"value"]
    assert not looking.done()
    gate.set()
    assert [node.address for node in await looking] == [pair.first.address]


async def says(condition: bool) -> bool:
    return condition

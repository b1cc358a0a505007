"""How the map of a cluster's slots is learnt, and what a client does that is sent elsewhere."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from penstock.server_address import parse_address
from penstock.store.valkey.cluster import Cluster
from scripted_server import LAST_SLOT, Scripted, refusal, scripted, slots, told


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

"""Whose word is taken for where the primary is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.server_address import parse_address
from penstock.store.valkey.sentinel import Sentinels
from scripted_server import Scripted, scripted, told
from stack import eventually


class Watched:
    """Two servers, two Sentinels that name the first of them, and a client."""

    def __init__(self, *servers: Scripted) -> None:
        self.old, self.new, *self.sentinels = servers
        for sentinel in self.sentinels:
            names(sentinel, self.old)
        serves(self.old)
        serves(self.new)
        hosts = ",".join(sentinel.address for sentinel in self.sentinels)
        self.client = Sentinels(parse_address(f"redis+sentinel://{hosts}/it"))


def names(sentinel: Scripted, server: Scripted) -> None:
    sentinel.script = lambda *_: told(["127.0.0.1", str(server.port)])


def serves(server: Scripted, role: str = "master") -> None:
    def script(*words: str) -> bytes:
        if words[0] == "ROLE":
            return told([role, 0, []])
        return told(server.address) if role == "master" else told(Exception("READONLY it is a replica"))

    server.script = script


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    async with AsyncExitStack() as held:
        watched = Watched(*[await held.enter_async_context(scripted(lambda *_: b"")) for _ in range(4)])
        held.push_async_callback(watched.client.close)
        yield watched


async def value(watched: Watched) -> str:
    (answer,) = await watched.client.exchange([("GET", "a")])
    return answer.decode() if isinstance(answer, bytes) else type(answer).__name__


async def test_a_sentinel_that_names_a_replica_is_not_believed(watched: Watched) -> None:
    serves(watched.old, "slave")
    names(watched.sentinels[1], watched.new)
    assert await value(watched) == watched.new.address


async def test_a_server_that_was_replaced_is_left_although_a_sentinel_that_is_cut_off_still_names_it(
    watched: Watched,
) -> None:
    assert await value(watched) == watched.old.address
    names(watched.sentinels[1], watched.new)
    # Cut off with that Sentinel, it takes itself for the primary; only now and then does somebody break a connection.
    serves(watched.old)
    old = watched.old.script

    def breaks(*words: str) -> bytes:
        if words[0] == "GET":
            raise ConnectionError
        answer = old(*words)
        assert isinstance(answer, bytes)
        return answer

    watched.old.script = breaks
    with pytest.raises(RedisConnectionError):
        await value(watched)
    assert await value(watched) == watched.new.address


async def test_who_gives_up_on_a_silent_primary_finds_the_one_that_has_taken_over(watched: Watched) -> None:
    assert await value(watched) == watched.old.address
    for sentinel in watched.sentinels:
        names(sentinel, watched.new)
    taken, end = asyncio.Event(), asyncio.Event()

    async def silent(*_words: str) -> bytes:
        taken.set()
        await end.wait()
        return told("too late")

    watched.old.script = silent
    asking = asyncio.create_task(value(watched))
    await taken.wait()
    asking.cancel()
    await asyncio.wait([asking])
    assert await value(watched) == watched.new.address
    end.set()


async def test_a_primary_that_became_a_replica_is_left_and_no_sentinel_that_names_it_is_believed(
    watched: Watched,
) -> None:
    assert await value(watched) == watched.old.address
    serves(watched.old, "slave")
    assert await value(watched) == "ReadOnlyError"
    with pytest.raises(RedisConnectionError, match="is not the primary"):
        await value(watched)
    assert watched.client.server_of("a") == watched.old.address
    names(watched.sentinels[0], watched.new)
    assert await value(watched) == watched.new.address


async def test_a_server_that_does_not_tell_its_role_to_this_user_is_used(watched: Watched) -> None:
    watched.old.script = lambda *words: told(Exception("NOPERM no")) if words[0] == "ROLE" else told("value")
    assert await value(watched) == "value"


async def test_all_who_wait_for_the_primary_get_what_one_round_brought(watched: Watched) -> None:
    gate = asyncio.Event()

    async def silent(*_words: str) -> bytes:
        await gate.wait()
        return told(Exception("ERR no"))

    for sentinel in watched.sentinels:
        sentinel.script = silent

    async def heard() -> bool:
        return bool(watched.sentinels[0].heard)

    reads = [asyncio.create_task(value(watched)) for _ in range(20)]
    await eventually(heard, "a Sentinel to be asked")
    gate.set()
    answers = await asyncio.gather(*reads, return_exceptions=True)
    assert {type(answer) for answer in answers} == {RedisConnectionError}
    assert [len(sentinel.heard) for sentinel in watched.sentinels] == [1, 1]

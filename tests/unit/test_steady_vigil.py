"""Waiting for the bells of several servers, of which one is silent or refuses."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store.valkey import steady_vigil
from penstock.store.valkey.steady_vigil import SteadyVigil

COMMANDS: Mapping[str, tuple[str, ...]] = {"a": ("a",), "b": ("b",)}
PATIENCE_S = 20.0


class Servers:
    """Two servers with a list each, which a read waits for and a look takes from."""

    def __init__(self) -> None:
        self.lists: dict[str, asyncio.Queue[str]] = {name: asyncio.Queue() for name in COMMANDS}
        self.silent: set[str] = set()
        self.refusing: set[str] = set()
        self.speak = asyncio.Event()
        self.reads = {"a": 0, "b": 0}
        self.deaf = False
        self.vigil = SteadyVigil(self._read)

    async def first(self, seconds: float = PATIENCE_S) -> list[Any]:
        return await self.vigil.first_anywhere(COMMANDS, seconds, {one: partial(self._look, one) for one in COMMANDS})

    async def _read(self, name: str) -> list[Any]:
        self.reads[name] += 1
        await self._answer(name)
        if self.deaf:
            await asyncio.Event().wait()
        return [name.encode(), [await self.lists[name].get()]]

    async def _look(self, name: str) -> list[Any]:
        await self._answer(name)
        return [] if self.lists[name].empty() else [[name.encode(), [self.lists[name].get_nowait()]]]

    async def _answer(self, name: str) -> None:
        if name in self.silent:
            await self.speak.wait()
        if name in self.refusing:
            raise StoreUnavailableError(f"{name} is away")


@pytest.fixture
async def servers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Servers]:
    monkeypatch.setattr(steady_vigil, "_LOOK_SECONDS", 0.05)
    servers = Servers()
    yield servers
    await servers.vigil.end()


@pytest.mark.parametrize("how", ["silent", "refusing"])
async def test_what_one_server_brings_is_not_held_up_by_another(servers: Servers, how: str) -> None:
    getattr(servers, how).add("a")
    for number in range(5):
        waiting = asyncio.create_task(servers.first())
        await asyncio.sleep(0)
        servers.lists["b"].put_nowait(str(number))
        assert await waiting == [[b"b", [str(number)]]]
        assert await servers.first(0.001) == []
    assert servers.reads["a"] == 1 or how != "silent"


async def test_what_is_there_all_the_time_is_found_beside_a_silent_server(servers: Servers) -> None:
    servers.silent.add("a")
    servers.deaf = True
    servers.lists["b"].put_nowait("work")
    assert await servers.first(0.001) == [[b"b", ["work"]]]


async def test_what_a_look_finds_too_late_is_brought_the_next_time(servers: Servers) -> None:
    servers.silent.add("a")
    servers.deaf = True
    servers.lists["a"].put_nowait("work")
    assert await servers.first(0.001) == []
    servers.speak.set()
    assert await servers.first() == [[b"a", ["work"]]]


async def test_what_a_look_finds_too_late_can_be_taken_back(servers: Servers) -> None:
    servers.silent.add("a")
    servers.deaf = True
    servers.lists["a"].put_nowait("work")
    assert await servers.first(0.001) == []
    servers.speak.set()
    await asyncio.wait(servers.vigil._looks.values())
    assert not servers.vigil.take("b", lambda _: True)
    assert not servers.vigil.take("a", lambda answer: answer[1] == ["stop"])
    assert servers.vigil.take("a", lambda answer: answer[1] == ["work"])
    assert await servers.first(0.001) == []


async def test_a_server_that_is_back_is_heard_again(servers: Servers) -> None:
    servers.refusing.add("a")
    assert await servers.first(0.001) == []
    servers.refusing.clear()
    servers.lists["a"].put_nowait("work")
    assert await servers.first() == [[b"a", ["work"]]]


async def test_that_nobody_answers_is_said(servers: Servers) -> None:
    servers.refusing = {"a", "b"}
    with pytest.raises(StoreUnavailableError, match="is away"):
        await servers.first(0.001)


async def test_that_all_are_silent_is_said(servers: Servers) -> None:
    servers.silent = {"a", "b"}
    for _ in range(2):
        with pytest.raises(StoreUnavailableError, match="in time"):
            await servers.first(0.001)


async def test_a_mistake_is_not_taken_for_a_silence(servers: Servers) -> None:
    async def mistaken(_name: str) -> list[Any]:
        raise LookupError("unheard of")

    vigil = SteadyVigil(mistaken)
    with pytest.raises(LookupError):
        await vigil.first_anywhere(COMMANDS, PATIENCE_S, {})
    await vigil.end()


async def test_who_waits_when_it_ends_is_told(servers: Servers) -> None:
    waiting = asyncio.create_task(servers.first())
    await asyncio.sleep(0)
    await servers.vigil.end()
    with pytest.raises(StoreUnavailableError, match="closed"):
        await waiting

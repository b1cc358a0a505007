"""The proxy does to connections what it says, or the chaos would prove little."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from chaos.proxy import Link, Way


class Echo:
    """A server that answers what it is told, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""
        self.changed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            self.heard += data
            self.changed.set()
            writer.write(data)
        writer.close()


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def link(echo: Echo) -> AsyncIterator[Link]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    link = Link(server.sockets[0].getsockname()[1], random.Random(1))
    await link.open()
    yield link
    await link.close()
    server.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """What comes back; nothing when the connection breaks, in whatever way."""
    async with asyncio.timeout(5):
        try:
            return await reader.read(100)
        except ConnectionError:
            return b""


async def test_a_healthy_link_passes_everything_on(link: Link) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"hello")
    assert await answer(reader) == b"hello"
    writer.close()


async def test_a_request_whose_reply_is_lost_has_been_heard(link: Link, echo: Echo) -> None:
    link.loss_rate = 1.0
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"hello")
    assert await answer(reader) == b""
    assert echo.heard == b"hello"
    assert link.lost_replies == 1
    writer.close()


async def test_what_was_held_back_is_heard_after_its_sender_has_given_up(link: Link, echo: Echo) -> None:
    link.hold(Way.THERE)
    _, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"late")
    writer.close()
    await writer.wait_closed()
    assert echo.heard == b""
    link.release(Way.THERE)
    async with asyncio.timeout(5):
        await echo.changed.wait()
    assert echo.heard == b"late"


async def test_a_link_that_holds_answers_back_passes_requests_on(link: Link, echo: Echo) -> None:
    link.hold(Way.BACK)
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"hello")
    async with asyncio.timeout(5):
        await echo.changed.wait()
    waiting = asyncio.create_task(answer(reader))
    link.release(Way.BACK)
    assert await waiting == b"hello"
    writer.close()


async def test_a_cut_breaks_what_is_open_and_not_what_comes_later(link: Link) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"hello")
    assert await answer(reader) == b"hello"
    link.cut()
    assert await answer(reader) == b""
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"again")
    assert await answer(reader) == b"again"
    writer.close()


async def test_a_link_to_nowhere_is_refused(echo: Echo) -> None:
    link = Link(1, random.Random(1))
    await link.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    assert await answer(reader) == b""
    writer.close()
    await link.close()

"""The network between a process and what it talks to: a TCP proxy of its own, and everything that can go wrong there.

It knows no protocol: it passes bytes on, late, in part or not at all. What was held back is delivered in the end, also
when its sender has given up on it meanwhile, as real networks do.
"""

import asyncio
import random
import socket
from contextlib import suppress
from enum import Flag, auto

CHUNK = 64 * 1024


class Way(Flag):
    """A direction, seen from the process."""

    THERE = auto()
    BACK = auto()


class _Pair:
    """One connection of the process and the one that carries it on."""

    def __init__(
        self,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.near_reader, self.near_writer = near
        self.far_reader, self.far_writer = far
        self.loses_reply = False

    def abort(self) -> None:
        self.near_writer.transport.abort()
        self.far_writer.transport.abort()


class Link:
    """One process's way to a port of this machine."""

    def __init__(self, far_port: int, chance: random.Random) -> None:
        self.delay_seconds = 0.0
        self.loss_rate = 0.0
        """The share of requests that are passed on, and whose connection breaks before the answer."""
        self.lost_replies = 0
        self._far_port = far_port
        self._chance = chance
        self._pairs: set[_Pair] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self._clear = {way: asyncio.Event() for way in Way}
        self._server: asyncio.Server | None = None
        self.release(*Way)

    @property
    def port(self) -> int:
        """Where the process connects."""
        assert self._server is not None, "open the link first"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def open(self, listening: socket.socket | None = None) -> None:
        """Begin to listen, where a socket does already or on a free port."""
        listening = listening or socket.create_server(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._connected, sock=listening)

    async def close(self) -> None:
        """Stop listening and break what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        self.cut()

    def cut(self) -> None:
        """Break every connection; what was on its way is gone."""
        for pair in self._pairs:
            pair.abort()

    def hold(self, *ways: Way) -> None:
        """Let nothing pass any more, as if a cable were unplugged."""
        for way in ways:
            self._clear[way].clear()

    def release(self, *ways: Way) -> None:
        """Let things pass again, what was held back first."""
        for way in ways:
            self._clear[way].set()

    def heal(self) -> None:
        """End every fault."""
        self.delay_seconds = self.loss_rate = 0.0
        self.release(*Way)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far = await asyncio.open_connection("127.0.0.1", self._far_port)
        except OSError:  # nobody listens there now
            writer.transport.abort()
            return
        pair = _Pair((reader, writer), far)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._there(pair), self._back(pair))
        finally:
            pair.abort()
            self._pairs.discard(pair)

    async def _there(self, pair: _Pair) -> None:
        with suppress(OSError):
            while data := await pair.near_reader.read(CHUNK):
                await self._travel(Way.THERE)
                if self._chance.random() < self.loss_rate:
                    pair.loses_reply = True
                pair.far_writer.write(data)
                await pair.far_writer.drain()
            pair.far_writer.write_eof()

    async def _back(self, pair: _Pair) -> None:
        with suppress(OSError):
            while data := await pair.far_reader.read(CHUNK):
                await self._travel(Way.BACK)
                if pair.loses_reply:
                    self.lost_replies += 1
                    break
                pair.near_writer.write(data)
                await pair.near_writer.drain()
        # Only this side is told: what the process has sent before is still on its way there.
        pair.near_writer.transport.abort()

    async def _travel(self, way: Way) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds * self._chance.uniform(0.5, 1.5))
        await self._clear[way].wait()

"""A real receiver of webhooks, on loopback, that a test tells how to answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from penstock.ids import partition_of_run
from penstock.store.records import Notified
from penstock_scheduler.notifications.target import Target
from stack import Stack, dag, eventually

FAILS = dag("fails", {"load": (), "mail": ("load",)}, "echo no such table >&2; exit 3")
"""A DAG of which people want to be told."""

Answer = Callable[["Request"], Awaitable[str] | str]


class Request(msgspec.Struct, frozen=True):
    """What came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was sent
        return msgspec.json.decode(self.body)


class Receiver:
    """``answer`` returns the status line, and headers behind it, of the answer to a request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Answer = lambda _request: "204 No Content"
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Type and run of each notification in Penstock's own words."""
        return [(request.json["type"], request.json["run"]["run_id"]) for request in self.requests]

    async def start(self) -> None:
        """Listen: the second time on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and break every connection."""
        if self._server is not None:
            self._server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            self._server = None

    async def heard(self, count: int) -> list[Request]:
        """Return what came when it is so many requests."""

        async def enough() -> bool:
            return len(self.requests) >= count

        await eventually(enough, f"{count} requests; there are {len(self.requests)}")
        return self.requests

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._exchange(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the other side went, or this one stops: asyncio would take a cancelled handler for an error
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(first.split()[1], headers, body)
        self.requests.append(request)
        answer = self.answer(request)
        status = answer if isinstance(answer, str) else await answer
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    """Open a receiver that answers 204 unless told otherwise."""
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


def target(receiver: Receiver, name: str = "ops", **fields: object) -> Target:
    """Return the receiver as a target of notifications."""
    return Target(name=name, url=receiver.url, **fields)  # type: ignore[arg-type]  # whatever a test sets


async def noted(stack: Stack, run_id: str, name: str = "ops") -> Notified:
    """Wait until the end of a run is noted as told; return that."""
    await stack.ended(run_id)
    partition = partition_of_run(run_id)
    end = (await stack.store.run_events(run_id, 0, 1000))[-1].seq

    async def done() -> Notified | None:
        place = (await stack.store.notified(partition)).get(name)
        return place if place is not None and place.seq >= end else None

    return await eventually(done, f"the end of {run_id} to be noted for {name}")

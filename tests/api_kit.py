"""The API as tests speak to it: in this process, or through a real server where bytes on the wire matter."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from penstock.settings import Settings
from penstock.store.base import Store
from penstock.tracing import NOT_TRACED, Tracer
from penstock_api.app import create_app
from penstock_api.server import Server
from stack import eventually

Json = dict[str, object]

SAMPLE: Json = {
    "id": "sample",
    "tasks": {
        "a": {"name": "A", "command": "echo one"},
        "b": {"name": "B", "command": "echo two", "dependencies": ["a"]},
    },
}


@asynccontextmanager
async def open_api(
    store: Store, settings: Settings | None = None, tracer: Tracer = NOT_TRACED
) -> AsyncIterator[httpx.AsyncClient]:
    """Speak to the API without a network; one more replica with each call."""
    app = create_app(store, settings or Settings(), tracer)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        yield client


@asynccontextmanager
async def serve_api(store: Store, settings: Settings | None = None) -> AsyncIterator[tuple[httpx.AsyncClient, Server]]:
    """Speak to the API over a socket."""
    settings = settings or Settings()
    app = create_app(store, settings)
    server = Server(app, settings, app.state.context.end_streams)
    # Without the protocol's name asyncio does not know that it is TCP, and small answers wait for 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await eventually(lambda: _started(server), "the server to listen")
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            yield client, server
    finally:
        server.should_exit = True
        await serving


async def _started(server: Server) -> bool:
    return server.started


class Frame(msgspec.Struct, frozen=True):
    """One server-sent event; ``data`` is empty where it only moves the position on."""

    id: str
    event: str
    data: str


async def sse(api: httpx.AsyncClient, path: str, last_event_id: str = "") -> AsyncGenerator[Frame, None]:
    """Yield what a stream sends, as a browser understands it, frames without data included."""
    headers = {"last-event-id": last_event_id} if last_event_id else {}
    async with api.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(":")
            if line and name:
                fields[name] = value.removeprefix(" ")
            elif not line:
                yield Frame(fields.get("id", ""), fields.get("event", ""), fields.get("data", ""))
                fields = {}

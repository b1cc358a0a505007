"""A server that answers what a test says, for answers that a real one gives only for a moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from penstock.store.valkey.routing import slot_of

Script = Callable[..., bytes | Awaitable[bytes]]
LAST_SLOT = 16383


class Scripted:
    """Answers each command by ``script(*words)``, and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.heard: list[tuple[str, ...]] = []
        self.port = 0

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                words = tuple([await _word(reader) for _ in range(int(line[1:]))])
                if words[0] in {"CLIENT", "HELLO"}:
                    writer.write(b"+OK\r\n")
                    continue
                self.heard.append(words)
                answer = self.script(*words)
                writer.write(answer if isinstance(answer, bytes) else await answer)
        writer.close()


@contextlib.asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Scripted]:
    """Start one on a free port of loopback."""
    server = Scripted(script)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


async def _word(reader: asyncio.StreamReader) -> str:
    length = int((await reader.readline())[1:])
    return (await reader.readexactly(length + 2))[:-2].decode()


def told(answer: Any) -> bytes:  # noqa: ANN401  # whatever a server may answer
    """Return an answer as it is sent; an exception is an error that the server answers."""
    if isinstance(answer, list):
        return f"*{len(answer)}\r\n".encode() + b"".join(map(told, answer))
    if isinstance(answer, int):
        return f":{answer}\r\n".encode()
    if isinstance(answer, Exception):
        return f"-{answer}\r\n".encode()
    return f"${len(answer)}\r\n{answer}\r\n".encode()


def slots(*ranges: tuple[int, int, Scripted]) -> bytes:
    """Return the map of a cluster: first and last slot of each range, and who holds it."""
    return told([[first, last, ["127.0.0.1", server.port]] for first, last, server in ranges])


def refusal(kind: str, key: str, server: Scripted) -> bytes:
    """Return how a node of a cluster sends a client elsewhere: ``MOVED`` or ``ASK``."""
    return told(Exception(f"{kind} {slot_of(key)} {server.address}"))

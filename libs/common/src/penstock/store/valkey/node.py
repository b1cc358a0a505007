"""One server, and our connections to it.

Automatic retries of the client are off: it would repeat a write whose reply was lost. Who writes decides by itself
what an unknown outcome means.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

COMMAND_TIMEOUT_SECONDS = 10.0
LONGEST_WAIT_MS = 10_000
"""No blocking read lasts longer, so that its socket's timeout can tell a dead server from a quiet one."""

CONNECTIONS = 128
BLOCKED_CONNECTIONS = 1152
"""At most so many to one server; where keys of several slots are waited for, each waits on a connection of its own."""

Value = str | bytes | int | float
Command = Sequence[Value]

BROKEN = (RedisConnectionError, RedisTimeoutError, OSError, RuntimeError)
"""What an exchange raises whose outcome is unknown. uvloop has a RuntimeError for a connection that breaks while the
client is about to write to it; another one is a mistake of ours, and goes on as it is."""

_PLAIN = {RedisConnectionError, RedisTimeoutError}
"""Those that say nothing but that the connection broke, and not always which one it was."""


class Node:
    """Two clients of one server: one for commands, one that may block."""

    def __init__(self, url: str, address: str) -> None:
        self.address = address
        """Host and port, or a path: fit to be shown."""
        self.busy = 0
        """How many exchanges are under way."""
        self._closed = False
        self._client = _client(url, COMMAND_TIMEOUT_SECONDS, CONNECTIONS)
        self._blocking = _client(url, LONGEST_WAIT_MS / 1000 + 5, BLOCKED_CONNECTIONS)

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """Send commands in one round trip, in order; return each answer. An error that the server answers is one too.

        Raises:
            One of ``BROKEN``: nobody knows which of the commands were executed.
        """
        client = self._blocking if blocking else self._client
        self.busy += 1
        try:
            if len(commands) == 1:
                return [await _execute(client, *commands[0])]
            pipe = client.pipeline(transaction=False)
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute(raise_on_error=False)
        except ResponseError as error:
            return [error]
        except BROKEN as error:
            # The server may be gone: no other idle connection should find that out anew at somebody's expense.
            await self.disconnect()
            if type(error) in _PLAIN and self.address not in str(error):
                raise RedisConnectionError(f"{self.address}: {error}") from error
            raise
        finally:
            self.busy -= 1
            if self._closed and not self.busy:
                await self.disconnect()

    async def disconnect(self) -> None:
        """Close the connections that nobody uses at the moment."""
        for client in (self._client, self._blocking):
            await client.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Close both clients. An exchange that was decided on before, and begins later, leaves no connection open."""
        self._closed = True
        await self._client.aclose()
        await self._blocking.aclose()


async def _execute(client: Redis, *parts: Value) -> Any:  # noqa: ANN401  # what the server answers depends on the command
    execute = cast("Callable[..., Awaitable[Any]]", client.execute_command)  # untyped in redis-py
    return await execute(*parts)


def _client(url: str, timeout: float, connections: int) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=timeout,
        socket_timeout=timeout,
        socket_connect_timeout=5.0,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )
    client = Redis.from_pool(pool)
    # Replies as the server sends them: the client's own conversions differ by command and by release.
    client.response_callbacks.clear()
    return client

"""The connections to the server, its scripts, and the one border where its errors become ours.

Automatic retries of the client are off: it would repeat a write whose reply was lost. Who writes decides by itself
what an unknown outcome means.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from importlib import resources
from typing import Any, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from penstock.errors import StoreUnavailableError
from penstock.store.valkey.keys import PartitionKeys, WorkersKeys

COMMAND_TIMEOUT_SECONDS = 10.0
LONGEST_WAIT_MS = 10_000
"""No blocking read lasts longer, so that its socket's timeout can tell a dead server from a quiet one."""

T = TypeVar("T")
_SCRIPTS = resources.files("penstock.store.valkey") / "scripts"
Value = str | bytes | int | float
Call = tuple[str, Sequence[str], Sequence[Value]]
"""A script to run: its name, its keys, its arguments."""


class Script:
    """A Lua script of this package, by the name of its file, and its digest on the server."""

    def __init__(self, name: str) -> None:
        self.source = _SCRIPTS.joinpath(f"{name}.lua").read_text("utf-8")
        self.digest = ""


_GONE = re.compile(r"(?:^|caused error: \W*)(?:ERR )?(?:NOGROUP|no such key)", re.IGNORECASE)
"""How the server says that a stream is not there, alone or (the client adds a few words) among other commands."""


def emptied(sign: str) -> StoreUnavailableError:
    """Return the error that says that what was made when the store was opened is no longer there."""
    return StoreUnavailableError(
        f"{sign}: the server was emptied. Restore its data, or restart Penstock to begin anew."
    )


class Connection:
    """What all parts of the store share: two clients (one for commands, one that may block), scripts and keys."""

    def __init__(self, url: str, prefix: str) -> None:
        self.prefix = prefix
        self.workers = WorkersKeys(prefix)
        self.partitions = 0
        self.redis = _client(url, COMMAND_TIMEOUT_SECONDS)
        self.blocking = _client(url, LONGEST_WAIT_MS / 1000 + 5)
        self._scripts: dict[str, Script] = {}

    @cached_property
    def keys(self) -> list[PartitionKeys]:
        """The keys of each partition, once their number is known."""
        return [PartitionKeys(self.prefix, partition, self.partitions) for partition in range(self.partitions)]

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Await an exchange with the server; its failures become StoreUnavailableError."""
        task = asyncio.current_task()
        cancellations = task.cancelling() if task else 0
        try:
            answer = await question()
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            raise await self._away(error) from error
        except RuntimeError as error:
            # uvloop has this for a connection that breaks while the client is about to write to it.
            if not str(error).endswith("the handler is closed"):
                raise
            raise await self._away(error) from error
        except RedisError as error:
            if _GONE.search(str(error)):
                raise emptied("A stream is gone") from error
            raise StoreUnavailableError(f"The store does not answer as it should: {error}") from error
        if task and task.cancelling() > cancellations:
            # The client sends with wait_for, and that of Python 3.11 loses a cancellation that comes as the sending
            # ends: the caller would go on as if nobody had told it to stop.
            raise asyncio.CancelledError
        return answer

    async def _away(self, error: Exception) -> StoreUnavailableError:
        # The server may be gone: no other idle connection should find that out anew at somebody's expense.
        for client in (self.redis, self.blocking):
            await client.connection_pool.disconnect(inuse_connections=False)
        return StoreUnavailableError(f"The store does not answer: {error}")

    async def command(self, *parts: Value) -> Any:  # noqa: ANN401  # what the server answers depends on the command
        """Run one command."""
        return await self.ask(lambda: _execute(self.redis, *parts))

    async def wait(self, *parts: Value) -> Any:  # noqa: ANN401  # likewise
        """Run one command that may block, on connections of its own."""
        return await self.ask(lambda: _execute(self.blocking, *parts))

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Value]) -> Any:  # noqa: ANN401  # likewise
        """Run one script."""
        return (await self.run_all([(name, keys, arguments)]))[0]

    async def run_all(self, calls: Sequence[Call]) -> list[Any]:
        """Run scripts in one round trip. A script the server does not know has not run: it is loaded and run again."""
        return await self.ask(lambda: self._run_all(calls))

    async def pipeline(self, commands: Sequence[Sequence[Value]]) -> list[Any]:
        """Run commands in one round trip."""
        if not commands:
            return []
        return await self.ask(lambda: self._pipeline(commands, fail=True))

    async def believe_absence(self, *partitions: int) -> None:
        """Return if what was not found is not there. On a server that was emptied nothing is: that proves nothing.

        Raises:
            StoreUnavailableError: the head or the inbox of one of the partitions is not there either.
        """
        commands: list[Sequence[Value]] = []
        for keys in (self.keys[partition] for partition in partitions):
            commands += [("HEXISTS", keys.head, "seq"), ("EXISTS", keys.inbox)]
        if not all(await self.pipeline(commands)):
            raise emptied("A partition has lost its head or its inbox")

    async def close(self) -> None:
        """Close both clients."""
        await self.redis.aclose()
        await self.blocking.aclose()

    async def _pipeline(self, commands: Sequence[Sequence[Value]], *, fail: bool) -> list[Any]:
        pipe = self.redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return await pipe.execute(raise_on_error=fail)

    async def _run_all(self, calls: Sequence[Call]) -> list[Any]:
        scripts = [await self._script(name) for name, _, _ in calls]
        commands = [
            ("EVALSHA", script.digest, len(keys), *keys, *arguments)
            for script, (_, keys, arguments) in zip(scripts, calls, strict=True)
        ]
        if len(commands) == 1:
            try:
                return [await _execute(self.redis, *commands[0])]
            except NoScriptError as error:
                answers: list[Any] = [error]
        else:
            answers = await self._pipeline(commands, fail=False)
        unknown = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            for index in unknown:
                scripts[index].digest = ""
            for index, answer in zip(unknown, await self._run_all([calls[i] for i in unknown]), strict=True):
                answers[index] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    async def _script(self, name: str) -> Script:
        script = self._scripts.get(name) or self._scripts.setdefault(name, Script(name))
        if not script.digest:
            script.digest = (await _execute(self.redis, "SCRIPT", "LOAD", script.source)).decode()
        return script


async def _execute(client: Redis, *parts: Value) -> Any:  # noqa: ANN401  # what the server answers depends on the command
    execute = cast("Callable[..., Awaitable[Any]]", client.execute_command)  # untyped in redis-py
    return await execute(*parts)


def _client(url: str, timeout: float) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=128,
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

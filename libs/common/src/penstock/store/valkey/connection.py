"""The servers, the scripts, and the one border where the errors of servers become ours."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, cached_property, partial
from importlib import resources
from typing import Any, NamedTuple, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MovedError, NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from penstock.errors import StoreUnavailableError
from penstock.store.valkey.keys import PartitionKeys, WorkersKeys
from penstock.store.valkey.node import LONGEST_WAIT_MS, Command, Value
from penstock.store.valkey.steady_vigil import SteadyVigil
from penstock.store.valkey.topology import topology_of
from penstock.store.valkey.vigil import Vigil

T = TypeVar("T")
_SCRIPTS = resources.files("penstock.store.valkey") / "scripts"
Call = tuple[str, Sequence[str], Sequence[Value]]
"""A script to run: its name, its keys, its arguments."""


class Script(NamedTuple):
    """A Lua script of this package, and the digest by which a server knows it."""

    source: str
    digest: str


@cache
def script(name: str) -> Script:
    """Return a script by the name of its file."""
    source = _SCRIPTS.joinpath(f"{name}.lua").read_text("utf-8")
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


_CLUSTER = "PENSTOCK_REDIS_URL has to begin with redis+cluster:// (or rediss+cluster://)."

_GONE = re.compile(r"^(?:ERR )?(?:NOGROUP|no such key)", re.IGNORECASE)
"""How the server says that a stream is not there."""


LOST = "A partition has lost its head or its inbox"


def emptied(sign: str) -> StoreUnavailableError:
    """Return the error that says that what was made when the store was opened is no longer there."""
    return StoreUnavailableError(
        f"{sign}: the server was emptied. Restore its data, or restart Penstock to begin anew."
    )


class Connection:
    """What all parts of the store share: the servers, the scripts and the keys."""

    def __init__(self, url: str, prefix: str) -> None:
        self.prefix = prefix
        self.workers = WorkersKeys(prefix)
        self.partitions = 0
        self.unprepared: set[int] = set()
        """Partitions whose server was away when the store was opened: streams and groups may be missing there."""
        self.topology = topology_of(url)
        self._vigils: dict[str, SteadyVigil] = {}
        self._spare_vigils: list[Vigil] = []

    @cached_property
    def keys(self) -> list[PartitionKeys]:
        """The keys of each partition, once their number is known."""
        return [PartitionKeys(self.prefix, partition, self.partitions) for partition in range(self.partitions)]

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Await an exchange with the servers; its failures become StoreUnavailableError."""
        task = asyncio.current_task()
        cancellations = task.cancelling() if task else 0
        try:
            answer = await question()
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            raise StoreUnavailableError(f"The store does not answer: {error}") from error
        except RuntimeError as error:
            # uvloop has this for a connection that breaks while the client is about to write to it.
            if not str(error).endswith("the handler is closed"):
                raise
            raise StoreUnavailableError(f"The store does not answer: {error}") from error
        except MovedError as error:
            raise StoreUnavailableError(f"The store is a Cluster: {_CLUSTER}") from error
        except RedisError as error:
            if _GONE.search(str(error)):
                raise emptied("A stream is gone") from error
            raise StoreUnavailableError(f"The store does not answer as it should: {error}") from error
        if task and task.cancelling() > cancellations:
            # The client sends with wait_for, and that of Python 3.11 loses a cancellation that comes as the sending
            # ends: the caller would go on as if nobody had told it to stop.
            raise asyncio.CancelledError
        return answer

    async def command(self, *parts: Value) -> Any:  # noqa: ANN401  # what the server answers depends on the command
        """Run one command."""
        return (await self.pipeline([parts]))[0]

    async def pipeline(self, commands: Sequence[Command], *, passing: str = "") -> list[Any]:
        """Run commands, in one round trip to each server concerned; errors that begin with ``passing`` are answers."""
        if not commands:
            return []
        return await self.ask(partial(self._pipeline, commands, passing))

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[Value]) -> Any:  # noqa: ANN401  # likewise
        """Run one script."""
        return (await self.run_all([(name, keys, arguments)]))[0]

    async def run_all(self, calls: Sequence[Call]) -> list[Any]:
        """Run scripts, in one round trip to each server concerned."""
        return await self.ask(lambda: self._run_all(calls))

    async def time(self, key: str) -> int:
        """Return what the clock of the server that holds the key shows (ms)."""
        # A script, because it goes to the server of its key, wherever that is by now.
        return int(await self.run("time", [key], []))

    async def wait(self, *parts: Value) -> Any:  # noqa: ANN401  # what the server answers depends on the command
        """Run one command that may block, on connections of its own."""
        return (await self.ask(partial(self._pipeline, [parts], "", blocking=True)))[0]

    async def first(
        self, keys: Sequence[str], command: Callable[[Sequence[str], int], Command], timeout_ms: int, *, owner: str = ""
    ) -> list[Any]:
        """Wait at most ``timeout_ms`` for the first of the keys; return what the server answers, or several do.

        ``command`` returns the command for some of the keys and a time to block (ms; for 0 it does not block). Where it
        takes something off the server, ``owner`` names who waits: what is too late for one call is kept for his next,
        and what one server does not answer holds up nothing from the others.
        """
        timeout_ms = max(1, min(timeout_ms, LONGEST_WAIT_MS))
        groups = self.topology.groups(keys)
        if len(groups) == 1:
            answer = await self.wait(*command(groups[0], timeout_ms))
            return [answer] if answer else []
        reads = {group[0]: command(group, LONGEST_WAIT_MS) for group in groups}

        async def look(groups: Sequence[Sequence[str]]) -> list[Any]:
            return list(filter(None, await self.pipeline([command(group, 0) for group in groups])))

        if owner:
            looks = {server: partial(look, there) for server, there in self._by_server(groups).items()}
            steady = self._vigils.setdefault(owner, SteadyVigil(self.wait))
            return await steady.first_anywhere(reads, timeout_ms / 1000, looks)
        vigil = self._spare_vigils.pop() if self._spare_vigils else Vigil(self.wait)
        try:
            return await vigil.first(reads, timeout_ms / 1000, partial(look, groups))
        finally:
            self._spare_vigils.append(vigil)

    def _by_server(self, groups: Sequence[Sequence[str]]) -> dict[str, list[Sequence[str]]]:
        found: dict[str, list[Sequence[str]]] = {}
        for group in groups:
            found.setdefault(self.topology.server_of(group[0]), []).append(group)
        return found

    def take_back(self, owner: str, key: str, wanted: Callable[[Any], bool]) -> bool:
        """Take back what came too late for the last ``first`` of the owner, if it is wanted; return whether it was."""
        return owner in self._vigils and self._vigils[owner].take(key, wanted)

    async def believe_absence(self, *partitions: int) -> None:
        """Return if what was not found is not there. On a server that was emptied nothing is: that proves nothing.

        Raises:
            StoreUnavailableError: the head or the inbox of one of the partitions is not there either.
        """
        if await self.absent(*partitions):
            raise emptied(LOST)

    async def absent(self, *partitions: int) -> list[int]:
        """Return those of the partitions that have no head or no inbox; the others need not be prepared any more."""
        commands: list[Command] = []
        for keys in (self.keys[partition] for partition in partitions):
            commands += [("HEXISTS", keys.head, "seq"), ("EXISTS", keys.inbox)]
        there = await self.pipeline(commands)
        pairs = zip(partitions, there[::2], there[1::2], strict=True)
        lost = [partition for partition, head, inbox in pairs if not (head and inbox)]
        # Should they be lost later, nobody must begin them anew as if they had never been there.
        self.unprepared.difference_update(set(partitions).difference(lost))
        return lost

    async def close(self) -> None:
        """Close all connections."""
        for vigil in (*self._vigils.values(), *self._spare_vigils):
            await vigil.end()
        await self.topology.close()

    async def _pipeline(self, commands: Sequence[Command], passing: str, *, blocking: bool = False) -> list[Any]:
        answers = await self.topology.exchange(commands, blocking=blocking)
        for answer in answers:
            if isinstance(answer, Exception) and not (passing and str(answer).startswith(passing)):
                raise answer
        return answers

    async def _run_all(self, calls: Sequence[Call]) -> list[Any]:
        scripts = [script(name) for name, _, _ in calls]
        commands = [
            ("EVALSHA", known.digest, len(keys), *keys, *arguments)
            for known, (_, keys, arguments) in zip(scripts, calls, strict=True)
        ]
        answers = await self.topology.exchange(commands)
        unknown = [place for place, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # What a server does not know it has not run. With the source it learns it, whichever server that is by now.
            again = [("EVAL", scripts[place].source, *commands[place][2:]) for place in unknown]
            for place, answer in zip(unknown, await self.topology.exchange(again), strict=True):
                answers[place] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

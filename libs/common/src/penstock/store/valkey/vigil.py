"""Waiting for keys of several slots: a server blocks one command for keys of one slot only."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from penstock.errors import StoreUnavailableError
from penstock.store.valkey.node import Command

Read = Callable[..., Coroutine[Any, Any, Any]]
Look = Callable[[], Awaitable[list[Any]]]

LAST_SECONDS = 0.005
"""How long what a server has answered may take to reach whoever waits for it."""
_AGAIN_SECONDS = 0.1
"""How long a read that is broken off may take to end, before it is told again."""


class Vigil:
    """Blocking reads that go on between the calls, one of each name.

    A read that takes something off the server must not be broken off: what it has taken would be lost. So the reads
    that have nothing yet stay as they are when another one ends the wait, and what they find is kept for the next one.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._reads: dict[str, tuple[Command, asyncio.Task[Any]]] = {}
        self._dropped: set[asyncio.Task[Any]] = set()

    async def first(self, commands: Mapping[str, Command], seconds: float, look: Look) -> list[Any]:
        """Return what the reads bring, as soon as there is something.

        When that much time has passed, it is what ``look`` finds: what has been there all the time, of which a short
        wait may not have heard. If a read has just taken it, that one brings it in a moment.

        Raises:
            What a read has raised, if none has brought anything. It begins anew with the next call.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while True:
            over = clock() >= end
            found = await self._brought(commands, max(LAST_SECONDS, end - clock()))
            if found or over:
                return found
            if clock() >= end and (found := await look()):
                return found

    async def _brought(self, commands: Mapping[str, Command], seconds: float) -> list[Any]:
        tasks = {name: self._begin(name, command) for name, command in commands.items()}
        await asyncio.wait(tasks.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        found, failures = self._collect({name: task for name, task in tasks.items() if task.done()})
        if failures and not found:
            raise failures[0]
        return found

    def _collect(self, ended: Mapping[str, asyncio.Task[Any]]) -> tuple[list[Any], list[BaseException]]:
        found: list[Any] = []
        failures: list[BaseException] = []
        for name, task in ended.items():
            if name in self._reads and self._reads[name][1] is task:
                del self._reads[name]
            error = StoreUnavailableError("The store was closed.") if task.cancelled() else task.exception()
            if error:
                failures.append(error)
            elif task.result():
                found.append(task.result())
        return found, failures

    def take(self, name: str, wanted: Callable[[Any], bool]) -> bool:
        """Take back what a read has brought and nobody has been given yet, if it is wanted; return whether it was."""
        task = self._reads[name][1] if name in self._reads else None
        if task is None or not task.done() or task.cancelled() or task.exception() or not wanted(task.result()):
            return False
        del self._reads[name]
        return True

    async def end(self) -> None:
        """Break the reads off."""
        left = self._under_way()
        self._reads.clear()
        while left:
            # More than once: the client loses a cancellation that comes at the wrong moment. See Connection.ask.
            for task in left:
                task.cancel()
            ended, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)
            await asyncio.gather(*ended, return_exceptions=True)

    def _under_way(self) -> set[asyncio.Task[Any]]:
        return {task for _, task in self._reads.values()} | self._dropped

    def _begin(self, name: str, command: Command) -> asyncio.Task[Any]:
        if name in self._reads:
            same, task = self._reads[name]
            if same == command:
                return task
            task.cancel()
            self._dropped.add(task)
            task.add_done_callback(self._forget)
        task = asyncio.create_task(self._begin_read(name, command))
        self._reads[name] = command, task
        return task

    async def _begin_read(self, _name: str, command: Command) -> Any:  # noqa: ANN401  # what the server answers
        return await self._read(*command)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._dropped.discard(task)
        if not task.cancelled():
            task.exception()  # it is of no interest to anybody any more, and is not to be complained of

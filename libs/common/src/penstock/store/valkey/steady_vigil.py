"""Waiting on several servers, of which some may be silent: what the others bring comes as if nothing were."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from penstock.backoff import Backoff
from penstock.errors import StoreUnavailableError
from penstock.store.valkey.node import Command
from penstock.store.valkey.vigil import LAST_SECONDS, Look, Read, Vigil

_LOOK_SECONDS = 1.0
"""How long a server may take to say what is there. What it says later is for the next call."""


class SteadyVigil(Vigil):
    """A vigil for who takes things off lists: an answer is of use whenever it comes.

    A read that has failed begins anew after a pause of its own, while the others go on.
    """

    def __init__(self, read: Read) -> None:
        super().__init__(read)
        self._pauses: dict[str, Backoff] = {}
        self._looks: dict[str, asyncio.Task[bool]] = {}
        self._kept: list[Any] = []
        self._closed = False
        self._failure = StoreUnavailableError("No server answers in time.")

    async def first_anywhere(
        self, commands: Mapping[str, Command], seconds: float, looks: Mapping[str, Look]
    ) -> list[Any]:
        """Return what the reads bring, as soon as there is something; when that much time has passed, what looks find.

        There is one look for each server. What one finds too late for this call is kept for the next one.

        Raises:
            StoreUnavailableError: none of the servers answers.
        """
        clock = asyncio.get_running_loop().time
        if found := await self._until(clock() + seconds, commands):
            return found
        begun = self._begin_looks(looks)
        asked = list(self._looks.values())
        found = await self._until(clock() + _LOOK_SECONDS, commands, begun)
        if not found and not any(look.done() and look.result() for look in asked):
            raise self._failure
        return found or await self._until(clock() + LAST_SECONDS, commands)

    def take(self, name: str, wanted: Callable[[Any], bool]) -> bool:
        """See :meth:`Vigil.take`."""
        for answer in self._kept:
            if answer[0] == name.encode() and wanted(answer):
                self._kept.remove(answer)
                return True
        return super().take(name, wanted)

    async def end(self) -> None:
        """See :meth:`Vigil.end`. There is no other call after it."""
        self._closed = True
        await super().end()

    async def _until(
        self, end: float, commands: Mapping[str, Command], looks: Sequence[asyncio.Task[bool]] = ()
    ) -> list[Any]:
        """Return what was found by then, as soon as there is something; or nothing, when the looks have ended."""
        clock = asyncio.get_running_loop().time
        while True:
            reads = {name: self._begin(name, command) for name, command in commands.items()}
            waited = {*reads.values(), *(look for look in self._looks.values() if not look.done())}
            if not self._kept:
                await asyncio.wait(waited, timeout=max(0, end - clock()), return_when=asyncio.FIRST_COMPLETED)
            if self._closed:
                raise StoreUnavailableError("The store was closed.")
            found = self._gather({name: read for name, read in reads.items() if read.done()})
            if found or clock() >= end or (looks and all(look.done() for look in looks)):
                return found

    def _gather(self, ended: Mapping[str, asyncio.Task[Any]]) -> list[Any]:
        """Return what the reads and the looks have brought."""
        found, self._kept = self._kept, []
        for name, read in ended.items():
            brought, failures = self._collect({name: read})
            found += brought
            if not failures:
                self._pauses.pop(name, None)
            elif isinstance(failures[0], StoreUnavailableError):
                self._pauses.setdefault(name, Backoff())
            else:
                self._kept = found
                raise failures[0]
        return found

    async def _begin_read(self, name: str, command: Command) -> Any:  # noqa: ANN401  # what the server answers
        if name in self._pauses:
            await self._pauses[name].wait()
        return await super()._begin_read(name, command)

    def _begin_looks(self, looks: Mapping[str, Look]) -> list[asyncio.Task[bool]]:
        """Look at every server, except where an earlier look has not ended; return the looks that were begun."""
        self._looks = {server: look for server, look in self._looks.items() if not look.done()}
        begun = {one: asyncio.create_task(self._look(look)) for one, look in looks.items() if one not in self._looks}
        self._looks |= begun
        return list(begun.values())

    async def _look(self, look: Look) -> bool:
        try:
            found = await look()
        except StoreUnavailableError as error:
            self._failure = error
            return False
        self._kept += found
        return True

    def _under_way(self) -> set[asyncio.Task[Any]]:
        return {*super()._under_way(), *self._looks.values()}

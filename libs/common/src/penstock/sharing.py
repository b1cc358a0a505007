"""A read that all who want it at the same time wait for together."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedRead(Generic[T]):
    """At most one read under way, the answer or the failure of which is that of everybody who waits for it.

    With a lock instead, each would wait for a store that hangs after the other, for as long as all of them together.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    @property
    def under_way(self) -> bool:
        """Return whether there is a read to wait for: one that has ended is none, though nobody was told so yet."""
        return self._task is not None and not self._task.done()

    async def begin(self, read: Coroutine[Any, Any, T]) -> T:
        """Start a read while none is under way, and wait for it; it goes on should the caller give up."""
        assert not self.under_way
        self._task = asyncio.create_task(read)
        self._task.add_done_callback(_seen)
        return await self.wait()

    async def join(self, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the read that is under way, or start one."""
        return await (self.wait() if self.under_way else self.begin(read()))

    async def close(self) -> None:
        """Break off the read that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def wait(self) -> T:
        """Wait for the read that is under way; its failure is raised."""
        assert self._task is not None
        return await asyncio.shield(self._task)


def _seen(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()  # it counts as seen, also where all who waited have given up

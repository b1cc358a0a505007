"""One task for each server: what a silent one does not answer holds up nobody else."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

Task = asyncio.Task[Any]


class Lanes:
    """Tasks by the name of the server that they deal with, at most one for each."""

    def __init__(self, ended: Callable[[Task], None]) -> None:
        """``ended`` is told of every task that has ended, and sees to it if it has failed."""
        self._ended = ended
        self._tasks: dict[str, Task] = {}

    def begin(self, server: str, work: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """Do something with a server, unless that is under way."""
        there = self._tasks.get(server)
        if there is not None and not there.done():
            return
        task = self._tasks[server] = asyncio.create_task(work(server))
        task.add_done_callback(partial(self._forget, server))
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Break off whatever is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, server: str, task: Task) -> None:
        if self._tasks.get(server) is task:
            del self._tasks[server]

"""Ctrl-C, SIGTERM and a closed terminal as requests to stop: the first asks, the second hurries."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import TypeVar

_T = TypeVar("_T")
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):  # noqa: N818  # no error: somebody wants the end
    """A stop was asked for before the work was done."""


@contextlib.contextmanager
def stop_requests(hurry: asyncio.Event) -> Iterator[asyncio.Event]:
    """Take the signals within the block: the first sets the event that is yielded, the second ``hurry``."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def take() -> None:
        (hurry if asked.is_set() else asked).set()

    for number in _STOPS:
        loop.add_signal_handler(number, take)
    try:
        yield asked
    finally:
        for number in _STOPS:
            loop.remove_signal_handler(number)


async def unless_asked(asked: asyncio.Event, work: Coroutine[None, None, _T]) -> _T:
    """Do the work and return its result.

    Raises:
        Interrupted: a stop was asked for meanwhile; the work was cancelled.
    """
    task = asyncio.create_task(work)
    asking = asyncio.create_task(asked.wait())
    await asyncio.wait({task, asking}, return_when=asyncio.FIRST_COMPLETED)
    asking.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    raise Interrupted

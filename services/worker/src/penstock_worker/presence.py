"""How a worker lets others know that it is there, and how it fares."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from itertools import islice

import structlog

from penstock import __version__
from penstock.core.events import Report, TaskFailed, TaskSucceeded
from penstock.core.react import QUEUES
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import EXECUTING_TOLD, Executing, WorkerPresence
from penstock_worker.running import Running

ANNOUNCE_SECONDS = 5.0
TTL_MS = 15_000
"""How long a silent worker is believed to be there: one announcement, or two, may be lost."""

LEAVE_SECONDS = 2.0
"""How long the end of a worker may be held up by that."""

_log = structlog.get_logger()


class Account:
    """What a worker tells of itself. Times are those of the event loop: only their differences leave the process."""

    def __init__(self, name: str, slots: int) -> None:
        self._name = name
        self._slots = slots
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._succeeded = 0
        self._failed = 0

    def count(self, fact: Report) -> None:
        """Count an attempt that has ended."""
        self._succeeded += isinstance(fact, TaskSucceeded)
        self._failed += isinstance(fact, TaskFailed)

    def at(self, running: Iterable[Running], busy: int, *, draining: bool) -> WorkerPresence:
        """Return how the worker fares now; ``running`` are its attempts in the order in which they began."""
        now = self._clock()
        told = [(one.claim, round((now - one.begun) * 1000)) for one in islice(running, EXECUTING_TOLD)]
        return WorkerPresence(
            name=self._name,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            queues=list(QUEUES),
            slots=self._slots,
            busy=busy,
            succeeded=self._succeeded,
            failed=self._failed,
            up_ms=round((now - self._began) * 1000),
            draining=draining,
            executing=[Executing(claim.run_id, claim.task_id, claim.attempt, for_ms) for claim, for_ms in told],
        )


class Presence:
    """Announces a worker every few seconds, and at once when something has changed that nobody should miss."""

    def __init__(self, store: WorkerStore, name: str, describe: Callable[[], WorkerPresence]) -> None:
        self._store = store
        self._name = name
        self._describe = describe
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Announce anew without delay."""
        self._changed.set()

    async def run(self) -> None:
        """Announce the worker until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self._store.announce(self._describe(), TTL_MS)
            except StoreUnavailableError as error:
                _log.debug("cannot announce this worker", error=str(error))
            except Exception:  # noqa: BLE001  # who is shown to be there matters less than the work
                _log.exception("cannot announce this worker; the next time may be better")
            try:
                async with asyncio.timeout(ANNOUNCE_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def leave(self) -> None:
        """Say that the worker is gone; if that cannot be said, its silence will."""
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._store.depart(self._name)
        except (StoreUnavailableError, TimeoutError) as error:
            _log.debug("cannot say that this worker is gone", error=str(error))
        except Exception:  # noqa: BLE001  # the work has ended well all the same
            _log.exception("cannot say that this worker is gone")

"""The lines an attempt printed: read to their end, or followed until the attempt has ended."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from penstock.core import events as e
from penstock.core.run import TaskState
from penstock.core.status import TASK_ENDED, TaskStatus
from penstock.errors import StoreUnavailableError
from penstock.store.base import ReadStore
from penstock.store.views import OutputLine
from penstock_api.history import read_event
from penstock_api.waiting import set_within

PAGE_LINES = 1000
POLL_SECONDS = 0.25
"""How often a follower looks for more: lines are no events, and a blocked read would hold a connection for each."""

RETRY_SECONDS = 1.0
_EVENTS = 500

_log = structlog.get_logger()
Page = list[OutputLine]


class AttemptLog:
    """The output of one attempt, from the first line on, page by page."""

    def __init__(self, store: ReadStore, run_id: str, task_id: str, attempt: int) -> None:
        self._store = store
        self._run_id = run_id
        self._task_id = task_id
        self._attempt = attempt
        self._after = 0

    async def page(self) -> Page:
        """Return the next lines; fewer than ``PAGE_LINES`` at the end."""
        lines = await self._store.output(self._run_id, self._task_id, self._attempt, self._after, PAGE_LINES)
        if lines:
            self._after = lines[-1].number
        return lines

    async def rest(self, page: Page) -> AsyncIterator[bytes]:
        """Yield ``page`` and all that comes after it, as text."""
        while page:
            yield _text(page)
            page = await self.page() if len(page) == PAGE_LINES else []

    async def follow(self, page: Page, seq: int, stop: asyncio.Event) -> AsyncIterator[bytes]:
        """Yield ``page`` and all that comes after it until the attempt has ended, or ``stop`` is set.

        ``seq`` is the last event of the run by which the attempt had not ended yet. A store that does not answer is
        waited for.
        """
        ended = False
        while True:
            if page:
                yield _text(page)
            if len(page) < PAGE_LINES and (ended or await set_within(stop, POLL_SECONDS)):
                return
            try:
                # In this order: what was printed before the end is there once the end is known.
                if not ended:
                    ended, seq = await self._look_for_end(seq)
                page = await self.page()
            except StoreUnavailableError as error:
                _log.warning("a log that is followed waits for the store", error=str(error))
                page = []
                await set_within(stop, RETRY_SECONDS)

    async def _look_for_end(self, seq: int) -> tuple[bool, int]:
        """Return whether the attempt has ended by an event after ``seq``, and the last event that was looked at."""
        while True:
            entries = await self._store.run_events(self._run_id, seq, _EVENTS)
            if any(self._ends(read_event(entry)) for entry in entries):
                return True, seq
            seq = entries[-1].seq if entries else seq
            if len(entries) < _EVENTS:
                return False, seq

    def _ends(self, event: e.AnyEvent | None) -> bool:
        if isinstance(event, e.TaskReady | e.TaskStarted):
            return event.task_id == self._task_id and event.attempt > self._attempt
        return isinstance(event, e.RunFinished) or (isinstance(event, e.TaskEvent) and event.task_id == self._task_id)


def has_ended(task: TaskState, attempt: int) -> bool:
    """Return whether an attempt of the task is over, so that nothing more will be printed."""
    return attempt < task.attempt or task.status in TASK_ENDED or task.status is TaskStatus.RETRYING


def _text(page: Page) -> bytes:
    return "".join(f"{line.text}\n" for line in page).encode()

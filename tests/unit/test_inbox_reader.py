"""What a scheduler takes from an inbox at a time, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

from clock_kit import in_virtual_time
from penstock.core import events as e
from penstock.store.memory import MemoryStore
from penstock_scheduler.inbox_reader import BATCH, GATHER_MS, InboxReader

PATIENCE_MS = 1000
STARTED = e.TaskStarted(run_id="r", task_id="a", attempt=1, worker="w")
ENDED = e.TaskSucceeded(run_id="r", task_id="a", attempt=1, worker="w")


class Inbox:
    """An inbox, its reader, and the virtual time (ms)."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.store = MemoryStore(1, lambda: int(self.loop.time() * 1000))
        self.reader = InboxReader(0, self.store)

    @property
    def now(self) -> float:
        return round(self.loop.time() * 1000)

    def send(self, *facts: e.AnyEvent) -> None:
        for fact in facts:
            self.store._state.partitions[0].send(fact)

    async def read(self, patience_ms: int = PATIENCE_MS) -> int:
        return len(await self.reader.facts("0-0", patience_ms))


def with_inbox(test: Callable[[Inbox], Awaitable[None]]) -> None:
    async def play() -> None:
        await test(Inbox())

    in_virtual_time(play)


def test_that_tasks_have_started_comes_with_the_fact_that_follows_soon() -> None:
    async def test(inbox: Inbox) -> None:
        inbox.send(STARTED, STARTED)
        inbox.loop.call_later(GATHER_MS / 2000, inbox.send, ENDED)
        assert await inbox.read() == 3
        assert inbox.now == GATHER_MS / 2

    with_inbox(test)


def test_that_tasks_have_started_is_told_soon_when_nothing_follows() -> None:
    async def test(inbox: Inbox) -> None:
        inbox.send(STARTED)
        assert await inbox.read() == 1
        assert inbox.now == GATHER_MS

    with_inbox(test)


def test_a_fact_that_may_make_something_ready_waits_for_nothing() -> None:
    async def test(inbox: Inbox) -> None:
        inbox.send(STARTED, ENDED)
        assert await inbox.read() == 2
        assert inbox.now == 0

    with_inbox(test)


def test_who_has_something_else_to_do_waits_for_nothing() -> None:
    async def test(inbox: Inbox) -> None:
        inbox.send(STARTED)
        assert await inbox.read(patience_ms=0) == 1
        inbox.send(*[STARTED] * BATCH)
        assert await inbox.read() == BATCH
        assert inbox.now == 0

    with_inbox(test)


def test_who_is_told_to_stop_waits_no_longer_and_keeps_what_it_has_read() -> None:
    async def test(inbox: Inbox) -> None:
        inbox.loop.call_later(0.3, inbox.reader.stop)
        assert await inbox.read() == 0
        assert inbox.now == 300
        other = Inbox()
        other.send(STARTED)
        other.loop.call_later(0.001, other.reader.stop)
        assert await other.read() == 1
        assert other.now < 300 + GATHER_MS

    with_inbox(test)

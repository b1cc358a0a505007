"""Follows the logs for all viewers of this process: one blocked read, however many watch, and none when nobody does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog

from penstock.backoff import Backoff
from penstock.core.events import LogForked
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.store.records import Head, LogEntry
from penstock.together import together
from penstock_api.live.changes import Changes
from penstock_api.live.dag_entries import DagEntries
from penstock_api.live.events import LiveEvent, is_foreign, live_event
from penstock_api.live.run_dags import RunDags
from penstock_api.live.run_entries import MOST_RUNS, RunEntries
from penstock_api.live.trail import KEPT, Trail, open_trail
from penstock_api.live.window import Window

WINDOW_BYTES = 32 * 1024 * 1024
"""What the windows of all partitions hold together."""

CHANGED_KEPT = 50_000
"""Runs that have changed, of all partitions together, for the digests; but of each at least as many as one may send."""

TAIL_MS = 10_000
TURN = 64
"""Events taken before requests have their turn."""

_log = structlog.get_logger()


class LiveHub:
    """Keeps a window on the end of every partition's log, and what changed in it, and wakes those who watch.

    A viewer that is behind its window reads the log itself until it has caught up; the hub never waits for anybody.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.run_dags = RunDags(store)
        self.run_entries = RunEntries(store)
        self.dag_entries = DagEntries(store)
        self.ended = False
        self.changed = asyncio.Event()
        """Set, and replaced by another, when there is something new."""
        self.reconnects = 0
        """How often the store has come back: each time, a log may have been set back below what was seen of it."""
        self._partitions = store.partitions
        self._windows: dict[int, Window] = {}
        self._changes: dict[int, Changes] = {}
        self._trails: dict[int, Trail] = {}
        self._set_back: list[tuple[int, int, int]] = []
        self._arrivals = 0
        self._viewers = 0
        self._watched = asyncio.Event()
        self._doubtful = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the logs while the context is open."""
        task = asyncio.create_task(self._run(), name="live-hub")
        try:
            yield
        finally:
            self.end()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def end(self) -> None:
        """Send everybody away."""
        self.ended = True
        self._announce()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count a viewer: the logs are followed while there is one."""
        self._viewers += 1
        self._watched.set()
        try:
            yield
        finally:
            self._viewers -= 1

    def window(self, partition: int) -> Window | None:
        """Return the window on a partition; None before the hub has looked."""
        return self._windows.get(partition)

    def changes(self, partition: int) -> Changes | None:
        """Return what changed of late in a partition; None before the hub has looked."""
        return self._changes.get(partition)

    def set_back(self, partition: int, since: int) -> list[int]:
        """Return up to which seq the log was kept, each time it was set back after ``reconnects`` was ``since``."""
        return [kept for time, where, kept in self._set_back if time > since and where == partition]

    def read(self, entry: LogEntry) -> LiveEvent:
        """Return an entry of a log as an event on its way, and learn from it."""
        event = live_event(entry)
        event.foreign = is_foreign(event, self._partitions)
        if event.run_id and event.dag_id:
            self.run_dags.learn(event.run_id, event.dag_id)
        return event

    def _announce(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    async def _run(self) -> None:
        backoff = Backoff()
        while True:
            await self._watched.wait()
            try:
                await self._follow()
                backoff.reset()
                continue
            except StoreUnavailableError as error:
                _log.warning("live feed waits for the store", error=str(error))
                self._doubtful = True
            except Exception:  # noqa: BLE001  # without its feed the process looks alive, and every stream is silent
                _log.exception("live feed failed; it goes on")
            await backoff.wait()

    async def _follow(self) -> None:
        if not self._windows:
            await self._open_windows()
        elif self._doubtful:
            await self._look_back()
        self._doubtful = False
        entries = await self.store.tail({number: window.top for number, window in self._windows.items()}, TAIL_MS)
        for number, entry in enumerate(entries, 1):
            event = self.read(entry)
            self._arrivals += 1
            self._windows[entry.partition].add(event)
            self._changes[entry.partition].note(event, self._arrivals)
            self._trails[entry.partition].note(entry)
            if event.type == LogForked.__name__:
                self._trails[entry.partition].learn(entry)
                self._forget()
            if number % TURN == 0:
                await asyncio.sleep(0)
        if entries:
            self._announce()
        if not self._viewers:
            self._windows.clear()
            self._changes.clear()
            self._trails.clear()
            self._set_back.clear()
            self._forget()
            self._watched.clear()

    async def _heads(self) -> list[Head]:
        return list(await together(*map(self.store.head, range(self._partitions))))

    async def _look_back(self) -> None:
        """A server that was away may have come back with an older past: go on from what is left of what was seen.

        Its log may have grown past its old end meanwhile, with or without an event that declares the fork.
        """
        for number, head in enumerate(await self._heads()):
            seen = self._trails[number].top
            kept = min(head.seq, await self._trails[number].kept(self.store))
            if kept < seen:
                _log.error("the log has forked: viewers have seen events that are gone", partition=number, seen=seen)
                self._set_back.append((self.reconnects + 1, number, kept))
                self._trails[number].cut(kept)
                self._begin(number, kept)
            self._trails[number].incarnation = head.incarnation
        self._forget()  # it may be of an older branch of the log
        self.reconnects += 1
        self._announce()

    async def _open_windows(self) -> None:
        heads = await self._heads()
        limit = KEPT // self._partitions
        self._trails = {number: await open_trail(self.store, number, head, limit) for number, head in enumerate(heads)}
        for number, head in enumerate(heads):
            self._begin(number, head.seq)
        # A viewer that came before found nothing in the log; what was written since is below these windows.
        self._announce()

    def _forget(self) -> None:
        """Drop what was read for the digests."""
        self.run_entries.clear()
        self.dag_entries.clear()

    def _begin(self, partition: int, seq: int) -> None:
        self._windows[partition] = Window(seq, WINDOW_BYTES // self._partitions)
        self._changes[partition] = Changes(seq, max(MOST_RUNS, CHANGED_KEPT // self._partitions))

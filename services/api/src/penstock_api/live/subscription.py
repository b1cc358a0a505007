"""One viewer of the live feed: what it watches, where it stands, and what comes next for it."""

import time

import structlog

from penstock.core.events import LogForked
from penstock.errors import StoreUnavailableError
from penstock_api.live.events import LiveEvent
from penstock_api.live.hub import LiveHub
from penstock_api.live.positions import end_positions
from penstock_api.waiting import set_within

BATCH = 256
"""Events of one partition taken at a time: what a viewer that does not read holds in memory at most."""

RETRY_SECONDS = 1.0

_log = structlog.get_logger()


class Subscription:
    """Yields every event above ``positions``, once and in the order of each log.

    ``run_id`` and ``dag_id`` narrow it to the events of a run or a DAG, ``types`` to events of these types; empty for
    all. ``positions`` is moved on by what is returned, and past what is not meant for this viewer.
    """

    def __init__(
        self,
        hub: LiveHub,
        positions: dict[int, int],
        run_id: str = "",
        dag_id: str = "",
        types: frozenset[str] = frozenset(),
    ) -> None:
        self.positions = positions
        self._hub = hub
        self._run_id = run_id
        self._dag_id = dag_id
        self._types = types
        self._reconnects = hub.reconnects

    async def next(self, timeout_seconds: float) -> list[LiveEvent]:
        """Return what comes next; nothing after ``timeout_seconds`` without an event, and when the hub has ended.

        While the store does not answer, this waits.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self._hub.ended:
            changed = self._hub.changed  # taken before looking: what comes meanwhile is not missed
            try:
                if self._reconnects != self._hub.reconnects:
                    await self._look_back()
                found, moved = await self._look()
            except StoreUnavailableError as error:
                _log.warning("a viewer waits for the store", error=str(error))
                found, moved = [], {}
            if found:
                self.positions.update(moved)
                return found
            advanced = any(self.positions[partition] != seq for partition, seq in moved.items())
            self.positions.update(moved)
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if not advanced:
                # Nothing is cancelled but this wait: events that were read are never dropped half-way.
                await set_within(changed, min(left, RETRY_SECONDS) if self._behind() else left)
        return []

    def _behind(self) -> bool:
        """Whether the hub will not announce what this viewer misses."""
        windows = ((self._hub.window(partition), seq) for partition, seq in self.positions.items())
        return any(window is None or seq < window.floor for window, seq in windows)

    async def _look(self) -> tuple[list[LiveEvent], dict[int, int]]:
        """Return what is there for this viewer, and how far that goes in each partition."""
        found: list[LiveEvent] = []
        moved: dict[int, int] = {}
        for partition, seq in self.positions.items():
            window = self._hub.window(partition)
            events = window.after(seq, BATCH) if window else None
            if events is None:
                events, moved[partition] = await self._catch_up(partition, seq, window.floor if window else seq)
            elif events:
                moved[partition] = events[-1].seq
            found += [event for event in events if await self._wanted(event)]
        return found, moved

    async def _look_back(self) -> None:
        """Go on from what a log has kept if it was set back below what this viewer has seen of it."""
        ends = await end_positions(self._hub.store, self.positions)
        for partition, seq in self.positions.items():
            kept = self._hub.set_back(partition, self._reconnects)
            self.positions[partition] = min([seq, ends[partition], *kept])
        self._reconnects = self._hub.reconnects

    async def _catch_up(self, partition: int, seq: int, floor: int) -> tuple[list[LiveEvent], int]:
        """Read from the log what the window no longer has; return it, and up to where it is complete."""
        store = self._hub.store
        if self._run_id:
            # The run's own index skips everybody else's events, however many there are.
            entries = await store.run_events(self._run_id, seq, BATCH)
        else:
            entries = await store.log(partition, seq, BATCH)
        events = [self._hub.read(entry) for entry in entries]
        reached = events[-1].seq if events else seq
        if self._run_id and len(entries) < BATCH:
            reached = max(reached, floor)  # the index has no more up to where the window began before it was read
        return events, reached

    async def _wanted(self, event: LiveEvent) -> bool:
        if self._types and event.type not in self._types:
            return False
        if event.type == LogForked.__name__:
            return True  # what a viewer has seen of any run may be gone
        if self._run_id and event.run_id != self._run_id:
            return False
        return not self._dag_id or self._dag_id == (event.dag_id or await self._hub.run_dags.find(event.run_id))

"""What the owner of a partition does now and then: losing silent claims, finding vanished attempts, forgetting workers.

Silence is measured by the server's clock. It proves nothing while the server was out of sight (no worker could keep its
claims then) or after its clock was set; so a sweep waits, or gives every claim its lease anew.
"""

import asyncio
from collections.abc import Mapping
from math import inf

import structlog

from penstock.core.run import Run
from penstock.store.base import SchedulerStore
from penstock_scheduler.clock import ServerClock
from penstock_scheduler.vanished import Attempt, Watch

RETIRE_MS = 600_000
"""How long a worker that holds nothing may be silent before the server forgets its name."""

_NEVER_MS = 2**53
"""The lease of claims while no silence proves anything."""

_log = structlog.get_logger()


class Upkeep:
    """Does what is due in one partition; all intervals are parts of the workers' lease."""

    def __init__(self, number: int, store: SchedulerStore, worker_lease_ms: int) -> None:
        self._number = number
        self._store = store
        self._lease_ms = worker_lease_ms
        self._watch = Watch(number, store)
        self._monotonic = asyncio.get_running_loop().time
        self._seen_at = self._monotonic()
        self._steady_since = -inf
        self._swept_at = self._monotonic() - worker_lease_ms / 1000
        self._sweep_at = 0.0
        self._found_off = False
        # What was silent for a lease when all claims were last judged was lost then. Who seems to be so for much longer
        # was claimed while the clock showed something else, which was over before anybody noticed; or nobody judged
        # before this tenure, and one lease more is the price of not knowing which.
        self._judged_at = self._monotonic()
        self._look_at = self._retire_at = self._monotonic() + worker_lease_ms / 1000

    @property
    def due_at(self) -> float:
        """When (in seconds of the loop's clock) there is something to do."""
        return self._sweep_at

    def seen(self) -> None:
        """Learn that the partition has just answered; its server may have been there all the time, and it not."""
        here = self._monotonic()
        if here - self._seen_at > self._lease_ms / 3000:
            self._steady_since = here
        self._seen_at = here

    async def sweep(self, term: int, clock: ServerClock) -> None:
        """Declare silent claims lost by the clock of their server, and forget workers that are gone, if it is time."""
        begun = self._monotonic()
        if begun < self._sweep_at:
            return
        self._sweep_at = begun + self._lease_ms / 5000
        if begun >= self._retire_at:
            self._retire_at = begun + self._lease_ms / 1000
            await self._store.retire(self._number, RETIRE_MS)
        # Heartbeats come thrice in a lease: in half of one, every worker that lives has been heard. Before that nobody
        # is judged, but silences that are not believed are found already.
        steady = begun >= max(clock.steady_since, self._steady_since) + self._lease_ms / 2000
        # A sweep that was the first to find the clock off does not know when it was set right again: nor does the next.
        believed = clock.set_at <= self._swept_at and not self._found_off
        shown = clock.shown() if believed else 0
        tolerance = self._lease_ms // 3
        most = self._lease_ms + int((begun - self._judged_at) * 1000) + tolerance
        lease = self._lease_ms if steady else _NEVER_MS
        lost = await self._store.sweep(self._number, term, lease, shown, tolerance, most)
        self._swept_at = begun
        self._found_off = believed and lost is None
        if steady or lost is None:
            self._judged_at = begun
        if lost is None:
            _log.warning("the server's clock was set: every claim has its lease anew")
        elif lost:
            _log.warning("claims lost", count=lost)

    async def vanished(self, loaded: Mapping[str, Run], cursor: str) -> list[Attempt]:
        """Return attempts to be taken for lost, if it is time to look; see :meth:`Watch.look`.

        Only a commit that is applied proves them right: the memory of an owner that was replaced is out of date.
        """
        if self._monotonic() < self._look_at:
            return []
        self._look_at = self._monotonic() + self._lease_ms / 1000
        return await self._watch.look(loaded, cursor)

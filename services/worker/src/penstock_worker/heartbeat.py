"""How a worker keeps its claims, and learns which of them it has no more."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from penstock.backoff import LONGEST_SECONDS, Backoff
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import Beat, QueueEntry
from penstock_worker.lanes import Lanes, Task
from penstock_worker.running import Kill, Running
from penstock_worker.unanswered import Unanswered

DUTY = "heartbeats"

_log = structlog.get_logger()


class Heartbeat:
    """Keeps the claims, each server's on their own, so that those on the others are kept in time while one is silent.

    ``running`` are the claims at any time; what is no longer this worker's, or no longer wanted, is killed.
    """

    def __init__(
        self,
        store: WorkerStore,
        worker: str,
        running: Mapping[QueueEntry, Running],
        *,
        lease_seconds: float,
        unanswered: Unanswered,
        ended: Callable[[Task], None],
    ) -> None:
        self._store = store
        self._worker = worker
        self._running = running
        self._pause = lease_seconds / 3
        # After an outage the first heartbeat must not be late: schedulers wait half a lease for it.
        self._longest_backoff = min(LONGEST_SECONDS, lease_seconds / 6)
        self._unanswered = unanswered
        self._lanes = Lanes(ended)

    async def run(self) -> None:
        """Keep the claims until cancelled."""
        try:
            while True:
                self._begin()
                await asyncio.sleep(self._pause)
        finally:
            await self._lanes.close()

    def _begin(self) -> None:
        for server in dict.fromkeys(self._store.server_of(claim.partition) for claim in self._running):
            self._lanes.begin(server, self._keep)

    async def _keep(self, server: str) -> None:
        """Keep the claims on a server for as long as there are any."""
        backoff = Backoff(self._longest_backoff)
        while held := [one for one in self._running.values() if self._store.server_of(one.claim.partition) == server]:
            try:
                # What was not answered within that time is asked anew: perhaps of the server that has taken over.
                async with asyncio.timeout(self._pause):
                    await self._beat(held)
            except (StoreUnavailableError, TimeoutError) as error:
                self._unanswered.failed(DUTY, server)
                _log.warning("a heartbeat was not answered", server=server, error=str(error) or "it took too long")
                await backoff.wait()
                self._begin()  # some may be on another server by now
                continue
            self._unanswered.answered(DUTY, server)
            backoff.reset()
            await asyncio.sleep(self._pause)
        self._unanswered.answered(DUTY, server)

    async def _beat(self, held: Sequence[Running]) -> None:
        beats = await self._store.heartbeat(self._worker, [running.claim for running in held])
        for running, answer in zip(held, beats, strict=True):
            if answer is Beat.CANCEL:
                running.kill(Kill.CANCELLED)
            elif answer is Beat.GONE:
                running.kill(Kill.GONE)

"""The scheduler as a process: present among its peers, serving its share of the partitions."""

import asyncio
from functools import partial

import structlog

from penstock.backoff import LONGEST_SECONDS, Backoff
from penstock.core.run import IllegalStepError
from penstock.errors import NewerSchemaError, PenstockError
from penstock.store.base import Store
from penstock.store.records import Head
from penstock.tracing import NOT_TRACED, Tracer
from penstock_scheduler.assignment import assigned
from penstock_scheduler.clock import ServerClocks
from penstock_scheduler.engine import LOADED_TASKS
from penstock_scheduler.metrics import SchedulerMetrics
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.spans import RunSpans
from penstock_scheduler.tenure import Bounds, Followers, Tenure

TICK_SECONDS = 0.5
"""How often a scheduler looks who else is there, and for partitions that have become free."""

POISONED_SECONDS = 30.0
"""The longest wait before a partition that an unexpected error has ended is taken again."""

_log = structlog.get_logger()


class _Waiting:
    """A partition that is not to be taken again before ``until`` (s): longer each time, unless it went well between."""

    def __init__(self, longest_seconds: float) -> None:
        self.until = 0.0
        self._longest = longest_seconds
        self._backoff = Backoff(longest_seconds)

    def wait(self, now: float) -> float:
        """Wait anew, from ``now`` (s); return how long (s)."""
        if now > self.until + self._longest:
            self._backoff.reset()
        seconds = self._backoff.seconds()
        self.until = now + seconds
        return seconds


class Scheduler:
    """Serves its share of the partitions until ``stop`` is called. To be made inside its event loop."""

    def __init__(
        self,
        store: Store,
        owner: str,
        *,
        lease_seconds: float,
        worker_lease_seconds: float,
        loaded_tasks: int = LOADED_TASKS,
        courier: Courier | None = None,
        tracer: Tracer = NOT_TRACED,
    ) -> None:
        """``loaded_tasks`` may be kept in memory over all partitions: it bounds what the process takes.

        ``courier`` has the targets of notifications; without one nobody is notified.
        """
        self._store = store
        self._owner = owner
        self._lease_ms = int(lease_seconds * 1000)
        # Each partition has its part of the memory, also those that others serve: they may come at any time.
        part = max(1, loaded_tasks // store.partitions)
        self._bounds = Bounds(self._lease_ms, int(worker_lease_seconds * 1000), part)
        self._monotonic = asyncio.get_running_loop().time
        self._clocks = ServerClocks(self._monotonic, worker_lease_seconds / 3)
        self.metrics = SchedulerMetrics()
        self._courier = courier or Courier()
        self._spans = RunSpans(tracer)
        self._stopping = asyncio.Event()
        self._seen: dict[int, Head] = {}
        self._tenures: dict[int, tuple[Tenure, asyncio.Task[None]]] = {}
        self._poisoned: dict[int, _Waiting] = {}
        self._unreached: dict[int, _Waiting] = {}
        self._overtaken: NewerSchemaError | None = None
        self._present_at: float | None = None
        self._begun_at = self._monotonic()

    def stop(self) -> None:
        """Ask the scheduler to give its partitions up and end."""
        self._stopping.set()

    def faults(self) -> list[str]:
        """Return in sentences why this scheduler takes no partitions any more; nothing when it does."""
        return ["This process is stopping."] if self._stopping.is_set() else []

    def unanswered(self) -> list[str]:
        """Return in sentences what the store did not take from this scheduler; nothing when it is one that counts."""
        if self._present_at is None:
            return ["This scheduler has not been able to say in the store that it is there."]
        silent = self._monotonic() - self._present_at
        if silent > self._lease_ms / 1000:
            return [f"For {silent:.0f} s this scheduler could not say in the store that it is there."]
        return []

    async def run(self) -> None:
        """Serve until stopped. The store's failures are waited out.

        Raises:
            NewerSchemaError: a partition holds what a newer Penstock has written. Everything is given up, and this
                scheduler is no longer among those alive, so that a newer one gets its share.
        """
        _log.info("scheduler started", owner=self._owner, partitions=self._store.partitions)
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                alive = await self._store.present(self._owner, self._lease_ms)
                self._present_at = self._monotonic()
                self._rearrange(assigned(self._store.partitions, self._owner, alive))
                backoff.reset()
                pause = TICK_SECONDS
            except PenstockError as error:
                _log.warning("store unavailable", error=str(error))
                await self._carry_on()
                pause = backoff.seconds()
            await self._collect()
            await _wait(self._stopping, pause)
        await self._end()
        _log.info("scheduler stopped", owner=self._owner)
        if self._overtaken is not None:
            raise self._overtaken

    async def _carry_on(self) -> None:
        """While the server is away that holds the list of schedulers, take what nobody serves on those that are there.

        Nobody knows who is alive then. Whoever is keeps its leases, so this costs a fair division of the work, no more.
        Not before a lease has passed: until then nobody has died whose partitions could be taken.
        """
        since = self._begun_at if self._present_at is None else self._present_at
        if self._monotonic() - since <= self._lease_ms / 1000:
            return
        try:
            degraded = await self._store.degraded()
        except PenstockError as error:
            _log.warning("no server is there", error=str(error))
            return
        if degraded:
            away = {partition for one in degraded for partition in one.partitions}
            self._rearrange(self._tenures.keys() | set(range(self._store.partitions)) - away)

    def _rearrange(self, share: set[int]) -> None:
        now = self._monotonic()
        waits = (*self._poisoned.items(), *self._unreached.items())
        waiting = {partition for partition, wait in waits if now < wait.until}
        for partition in share - self._tenures.keys() - waiting:
            tenure = Tenure(
                partition,
                self._owner,
                self._store,
                self._clocks,
                self._seen,
                self._bounds,
                Followers(self.metrics, partial(Outbox, partition, self._store, self._courier), self._spans),
            )
            self._tenures[partition] = (tenure, asyncio.create_task(tenure.run(), name=f"partition-{partition}"))
        for partition in self._tenures.keys() - share:
            self._tenures[partition][0].stop()

    async def _collect(self) -> None:
        """Forget tenures that have ended; the next tick begins anew where the share still says so."""
        for partition, (_, task) in list(self._tenures.items()):
            if task.done():
                del self._tenures[partition]
                self._ended(partition, task.exception())

    def _ended(self, partition: int, error: BaseException | None) -> None:
        if isinstance(error, NewerSchemaError):
            self._overtaken = error
            self.stop()
        elif isinstance(error, PenstockError) and not isinstance(error, IllegalStepError):
            wait = self._unreached.setdefault(partition, _Waiting(LONGEST_SECONDS)).wait(self._monotonic())
            _log.warning("partition dropped", partition=partition, seconds=wait, error=str(error))
        elif error is not None:
            # One partition is poisoned; the others must not die of it, here and in every successor.
            self.metrics.set_aside()
            wait = self._poisoned.setdefault(partition, _Waiting(POISONED_SECONDS)).wait(self._monotonic())
            _log.error("partition set aside: unexpected error", partition=partition, seconds=wait, exc_info=error)

    async def _end(self) -> None:
        for tenure, _ in self._tenures.values():
            tenure.stop()
        tasks = [task for _, task in self._tenures.values()]
        if tasks:
            # A store that does not answer for a whole lease has let go of the partitions by itself.
            _, late = await asyncio.wait(tasks, timeout=self._lease_ms / 1000)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._store.leave(self._owner)
        except PenstockError as error:
            _log.warning("could not say goodbye", error=str(error))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return

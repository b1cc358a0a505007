"""One scheduler's time as the owner of one partition, from the takeover until it stops or another rules."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import structlog

from penstock.backoff import Backoff
from penstock.core.codec import decode_event
from penstock.errors import NewerSchemaError, PenstockError, SchemaError, StoreUnavailableError
from penstock.store import records as r
from penstock.store.base import SchedulerStore
from penstock_scheduler.clock import ServerClock, ServerClocks
from penstock_scheduler.committing import DivergedError, LostPartitionError, commit_once, head_of, still_owner
from penstock_scheduler.engine import LOADED_TASKS, Engine
from penstock_scheduler.inbox_reader import InboxReader
from penstock_scheduler.metrics import SchedulerMetrics
from penstock_scheduler.notifications.outbox import Outbox
from penstock_scheduler.observing import observe
from penstock_scheduler.spans import RunSpans
from penstock_scheduler.upkeep import Upkeep

DUE_BATCH = 100
"""Timers taken in one step."""

_log = structlog.get_logger()


class Bounds(msgspec.Struct, frozen=True):
    """The leases of schedulers and of workers (ms), and how many tasks of runs a partition may keep in memory."""

    lease_ms: int
    worker_lease_ms: int
    loaded_tasks: int = LOADED_TASKS


class Followers(NamedTuple):
    """Who is told what a tenure commits. The outbox is given a function that returns the tenure's time (ms)."""

    metrics: SchedulerMetrics
    outbox: Callable[[Callable[[], int]], Outbox]
    spans: RunSpans


class Tenure:
    """The loop of one partition."""

    def __init__(
        self,
        number: int,
        owner: str,
        store: SchedulerStore,
        clocks: ServerClocks,
        seen: dict[int, r.Head],
        bounds: Bounds,
        followers: Followers,
    ) -> None:
        """``seen`` holds, by partition, the last head this process saw, over all its tenures."""
        self._number = number
        self._owner = owner
        self._store = store
        self._clocks = clocks
        self._clock: ServerClock
        self._not_before = 0
        self._seen = seen
        self._bounds = bounds
        self._metrics, self._spans = followers.metrics, followers.spans
        self._outbox = followers.outbox(self._now)
        self._wake: int | None = None
        self._monotonic = asyncio.get_running_loop().time
        self._renew_at = 0.0
        self._upkeep = Upkeep(number, store, bounds.worker_lease_ms)
        self._stopping = False
        self._inbox = InboxReader(number, store)

    def stop(self) -> None:
        """Give the partition up as soon as what was begun is done. Only waiting for facts is cut short."""
        self._stopping = True
        self._inbox.stop()

    async def run(self) -> None:
        """Take the partition over if it is free, and serve it until told to stop or it is lost.

        Raises:
            NewerSchemaError: it holds what a newer Penstock has written; it is given up as it was found.
            StoreUnavailableError: the store did not answer at the takeover or at the end.
        """
        head = await self._store.take_over(self._number, self._owner, self._bounds.lease_ms)
        if head is None:
            return
        with structlog.contextvars.bound_contextvars(partition=self._number, term=head.term):
            _log.info("partition taken over", seq=head.seq)
            self._metrics.taken_over()
            self._metrics.serving.inc()
            try:
                await self._understand(head)
                engine = Engine(self._number, head, self._store, self._bounds.lease_ms, self._bounds.loaded_tasks)
                await self._renew(engine)
                await self._remember(engine)
                async with self._outbox.following(engine.head):
                    await self._serve(engine)
            except LostPartitionError as error:
                _log.warning("partition lost", reason=str(error))
                self._metrics.lost(diverged=isinstance(error, DivergedError))
                return
            except NewerSchemaError as error:
                _log.error("stepping aside", reason=str(error))
                await self._give_up(head)
                raise
            except StoreUnavailableError:
                raise
            except Exception:
                await self._give_up(head)  # nobody is to wait for a lease because of a mistake of ours
                raise
            finally:
                self._metrics.serving.dec()
            await self._store.release(self._number, self._owner, head.term)
            _log.info("partition released")

    async def _give_up(self, head: r.Head) -> None:
        try:
            await self._store.release(self._number, self._owner, head.term)
        except PenstockError as error:
            _log.warning("the lease must run out", error=str(error))

    async def _understand(self, head: r.Head) -> None:
        """Refuse a log that a newer Penstock has written to: its projections may say what this one would drop."""
        if head.seq:
            for entry in await self._store.log(self._number, head.seq - 1, 1):
                try:
                    decode_event(entry.data)
                except NewerSchemaError:
                    raise
                except SchemaError as error:
                    _log.error("the end of the log cannot be read", reason=str(error))

    async def _remember(self, engine: Engine) -> None:
        """Declare a fork if the log is not the one this process has seen: the server came back with an older past."""
        seen, head = self._seen.get(self._number), engine.head
        if seen is None or await self._holds(head, seen):
            self._seen[self._number] = head
            return
        _log.error("the log has forked: acknowledged events are gone", seen=seen.seq, kept=head.seq)
        await self._commit(engine, engine.fork(seen, self._now()))
        # Not before: until the fork is in the log, the next tenure of this process has to find it again.
        self._seen[self._number] = engine.head

    async def _holds(self, head: r.Head, seen: r.Head) -> bool:
        """Return whether the log still holds what was seen, or somebody has declared that it does not."""
        if not seen.seq or seen.incarnation < head.incarnation:
            return True
        entry = await self._store.log(self._number, seen.seq - 1, 1) if seen.seq <= head.seq else []
        return bool(entry) and entry[0].hash == seen.hash

    async def _serve(self, engine: Engine) -> None:
        """Turn until told to stop. When the store was away and the head is still ours, so is all that is loaded."""
        backoff = Backoff()
        while not self._stopping:
            try:
                await self._turn(engine)
                backoff.reset()
            except StoreUnavailableError as error:
                _log.warning("the store is away", error=str(error))
                await backoff.wait()
                await self._compare(engine)

    async def _turn(self, engine: Engine) -> None:
        entries = await self._inbox.facts(engine.head.cursor, 0 if engine.busy else self._patience())
        if self._monotonic() >= self._renew_at:
            await self._renew(engine)
        await self._upkeep.sweep(engine.head.term, self._clock)
        vanished = await self._upkeep.vanished(engine.runs, engine.head.cursor)
        if entries:
            self._not_before = max(self._not_before, entries[-1].at)
        now = self._now()
        due: list[str] = []
        if self._wake is not None and self._wake <= now:
            due = await self._store.due(self._number, now, DUE_BATCH)
        commit = await engine.step(entries, due, now, vanished)
        if commit is not None:
            await self._commit(engine, commit)
            self._outbox.committed(commit)
            self._seen[self._number] = engine.head
            if vanished:
                _log.error("attempts had vanished from the queue", count=len(vanished), first=vanished[0].run_id)

    async def _commit(self, engine: Engine, commit: r.Commit) -> None:
        begun = self._monotonic()
        self._learn(await commit_once(self._store, commit, self._owner))
        self._metrics.committed(commit, observe(engine.applied, engine.runs), self._monotonic() - begun)
        self._spans.committed(engine.applied, engine.losses, engine.runs)
        engine.committed(commit)

    def _now(self) -> int:
        """Return the time of decisions (ms since the epoch): what the server's clock shows, and not before a fact.

        Only facts of this partition count: others on the same server may have come from one whose clock was ahead.
        """
        return max(self._clock.shown(), self._not_before)

    def _patience(self) -> int:
        """Return how long (ms) to wait for a fact before something else is due."""
        patience = (min(self._renew_at, self._upkeep.due_at) - self._monotonic()) * 1000
        if self._wake is not None:
            patience = min(patience, self._wake - self._now())
        return max(1, int(patience))

    async def _renew(self, engine: Engine) -> None:
        term = engine.head.term
        self._learn(await still_owner(self._store, self._number, self._owner, term, self._bounds.lease_ms))
        await self._compare(engine)

    async def _compare(self, engine: Engine) -> None:
        """Drop what is held of the partition if it is not what the store holds: it may have been set back meanwhile."""
        head, mine = await head_of(self._store, self._number), engine.head
        if (head.term, head.seq, head.hash, head.cursor) != (mine.term, mine.seq, mine.hash, mine.cursor):
            if head.term != mine.term:
                raise LostPartitionError("another scheduler has taken it over")
            raise DivergedError("the log has gone another way")

    def _learn(self, answer: r.Committed) -> None:
        # A partition may be elsewhere by now: it goes by the clock of the server that has just answered for it.
        self._clock = self._clocks.of(self._store.server_of(self._number))
        self._clock.observe(answer.now)
        self._upkeep.seen()
        self._wake = answer.wake
        # The second bound keeps the clock in sight: see ServerClock.
        self._renew_at = self._monotonic() + min(self._bounds.lease_ms / 3, self._bounds.worker_lease_ms / 6) / 1000

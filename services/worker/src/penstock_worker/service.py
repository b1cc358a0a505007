"""The worker as a process: claim, execute, keep alive, report; and an orderly end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from penstock.backoff import LONGEST_SECONDS, Backoff
from penstock.core import events as e
from penstock.core.react import SUSPECT_QUEUE
from penstock.errors import NewerSchemaError, StoreUnavailableError
from penstock.store.base import Store
from penstock.store.records import Answer, Beat, Bell, QueueEntry, WorkerPresence
from penstock.tracing import NOT_TRACED, Tracer
from penstock_worker.claimer import Claimer
from penstock_worker.executors.base import Executor
from penstock_worker.metrics import WorkerMetrics
from penstock_worker.presence import Account, Presence
from penstock_worker.running import Kill, Running, Tools, report_attempt, run_attempt

SWEEP_SECONDS = 1.0
"""How often an idle worker looks into every partition, in case a bell was lost."""

BELL_WAIT_MS = 5000

MOST_SUSPECTS = 1
"""Suspects that a worker executes at a time: should one kill it, it is the only one that is lost for good."""

_COUNTED = frozenset({Answer.ACCEPTED, Answer.DUPLICATE})
"""What is answered of an attempt that has ended as reported."""

_log = structlog.get_logger()


class Worker:
    """Executes attempts, at most ``slots`` at a time, until told to stop."""

    def __init__(  # noqa: PLR0913  # all but three by name
        self,
        store: Store,
        name: str,
        executors: Mapping[str, Executor],
        *,
        slots: int,
        lease_seconds: float,
        drain_seconds: float,
        output_cap_bytes: int,
        tracer: Tracer = NOT_TRACED,
    ) -> None:
        self._store = store
        self._name = name
        self._slots = slots
        self._lease_seconds = lease_seconds
        self._drain_seconds = drain_seconds
        self._executors = executors
        self.metrics = WorkerMetrics(executors, slots, lambda: self._busy)
        self._tools = Tools(store, name, executors, output_cap_bytes, self.metrics, tracer)
        self._claimer = Claimer(store, name, store.partitions)
        self._account = Account(name, slots)
        self._presence = Presence(store, name, self._describe)
        self._running: dict[QueueEntry, Running] = {}
        # What was answered for since claims were last asked for: that answer may be older, and still list them.
        self._settled: set[QueueEntry] = set()
        self._busy = 0
        self._suspects = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failure: BaseException | None = None
        self._claimed_once = False
        # What the store did not answer the last time it was asked.
        self._unanswered: set[str] = set()

    def stop(self) -> None:
        """Ask the worker to drain: claim nothing more, let running attempts finish within the grace period."""
        self._stopping.set()
        self._changed.set()
        self._presence.changed()

    def faults(self) -> list[str]:
        """Return in sentences why this worker takes no attempts at present; nothing when it does."""
        if self._stopping.is_set():
            return ["This worker is draining: it takes nothing more."]
        return [] if self._claimed_once else ["This worker has not asked for work yet."]

    def unanswered(self) -> list[str]:
        """Return in sentences what the store did not answer this worker the last time; nothing when it answered all."""
        return [f"The store does not answer: {', '.join(sorted(self._unanswered))}."] if self._unanswered else []

    async def run(self) -> None:
        """Work until stopped.

        The end, in order: no more claims; running attempts may finish; the rest are killed and given back, which is no
        loss; then heartbeats cease (not earlier, or what still runs would be declared lost); then the executors' idle
        children end, and the worker is said to be gone.

        Raises:
            NewerSchemaError: an attempt can only be executed by a newer Penstock; it was given back. The worker has
                stopped in the same order.
        """
        _log.info("worker started", worker=self._name, slots=self._slots)
        duties = (self._listen(), self._keep_alive(), self._presence.run())
        background = [asyncio.create_task(duty) for duty in duties]
        for task in background:
            task.add_done_callback(self._ended)
        try:
            await self._claim_until_stopped()
            await self._drain()
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            for executor in self._executors.values():
                await executor.close()
        await self._presence.leave()
        _log.info("worker stopped", worker=self._name)
        if self._failure is not None:
            raise self._failure

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Stop when something has failed that must not: a worker that is deaf, or cannot report, must not linger."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        _log.error("the worker has to stop", reason=str(error))
        self._failure = self._failure or error
        self.stop()

    def _describe(self) -> WorkerPresence:
        return self._account.at(self._running.values(), self._busy, draining=self._stopping.is_set())

    async def _claim_until_stopped(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            self._changed.clear()
            free = self._slots - self._busy
            try:
                if free > 0 and self._claimer.promising:
                    self._settled.clear()
                    for claim in await self._claimer.claim(free, max(0, MOST_SUSPECTS - self._suspects)):
                        self._start(claim)
                    self._claimed_once = True
                    self._unanswered.discard("claims")
                    backoff.reset()
                    continue
                if free <= 0:
                    await self._claimer.withdraw()
                    self._unanswered.discard("claims")
            except StoreUnavailableError as error:
                _log.warning("cannot claim", error=str(error))
                self._unanswered.add("claims")
                self._claimer.failed()
                await backoff.wait()
                continue
            except NewerSchemaError as error:
                # The claim cannot be given back, because nobody here can tell whose it is: it will be declared lost.
                self._fail(error)
                return
            if not await _set_within(self._changed, SWEEP_SECONDS):
                self._claimer.look_everywhere()

    def _start(self, claim: QueueEntry) -> None:
        if claim in self._running or claim in self._settled:
            return
        self.metrics.claimed(1)
        running = self._running[claim] = Running(claim)
        self._busy += 1
        self._suspects += claim.queue == SUSPECT_QUEUE
        task = asyncio.create_task(self._attempt(running))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._ended)

    async def _attempt(self, running: Running) -> None:
        try:
            fact = await self._execute(running)
            if await report_attempt(running, fact, self._tools) in _COUNTED:
                self._account.count(fact)
        finally:
            del self._running[running.claim]
            self._settled.add(running.claim)

    async def _execute(self, running: Running) -> e.Report:
        """Run an attempt; its slot is free as soon as nothing runs in it, its claim is kept until it is reported."""
        try:
            return await run_attempt(running, self._tools)
        except NewerSchemaError as error:
            self._fail(error)
            return running.returned(self._name)
        finally:
            self._busy -= 1
            if running.claim.queue == SUSPECT_QUEUE:
                self._suspects -= 1
                self._claimer.look_everywhere()
            self._changed.set()

    async def _listen(self) -> None:
        """Hear the bells: work in a partition, or an attempt to stop."""

        async def hear() -> None:
            for bell in await self._store.wait(self._name, BELL_WAIT_MS):
                self._hear(bell)

        await self._for_ever("bells", hear, 0, LONGEST_SECONDS)

    def _hear(self, bell: Bell) -> None:
        if not bell.run_id:
            self._claimer.rung(bell.partition)
            self._changed.set()
            return
        for running in self._running.values():
            claim = running.claim
            if (claim.run_id, claim.task_id, claim.attempt) == (bell.run_id, bell.task_id, bell.attempt):
                running.kill(Kill.CANCELLED)

    async def _keep_alive(self) -> None:
        """Keep the claims; kill what is no longer this worker's, or no longer wanted."""

        async def beat() -> None:
            held = list(self._running.values())
            beats = await self._store.heartbeat(self._name, [running.claim for running in held]) if held else []
            for running, answer in zip(held, beats, strict=True):
                if answer is Beat.CANCEL:
                    running.kill(Kill.CANCELLED)
                elif answer is Beat.GONE:
                    running.kill(Kill.GONE)

        # After an outage the first heartbeat must not be late: schedulers wait half a lease for it.
        await self._for_ever("heartbeats", beat, self._lease_seconds / 3, min(LONGEST_SECONDS, self._lease_seconds / 6))

    async def _for_ever(
        self, duty: str, act: Callable[[], Awaitable[None]], pause_seconds: float, longest_backoff_seconds: float
    ) -> None:
        backoff = Backoff(longest_backoff_seconds)
        while True:
            try:
                await act()
                self._unanswered.discard(duty)
                backoff.reset()
                await asyncio.sleep(pause_seconds)
            except StoreUnavailableError as error:
                self._unanswered.add(duty)
                _log.warning("store unavailable", error=str(error))
                await backoff.wait()

    async def _drain(self) -> None:
        if self._tasks:
            _log.info("draining", attempts=len(self._running), seconds=self._drain_seconds)
            await asyncio.wait(self._tasks, timeout=self._drain_seconds)
        for running in self._running.values():
            running.kill(Kill.RETURNED)
        # Without an answer from the store for a whole lease, the claims are lost to this worker anyhow.
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._lease_seconds)
        for task in self._tasks:
            task.cancel()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False

"""The worker as a process: claim, execute, keep alive, report; and an orderly end."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from penstock.backoff import Backoff
from penstock.core import events as e
from penstock.core.react import SUSPECT_QUEUE
from penstock.errors import NewerSchemaError, StoreUnavailableError
from penstock.store.base import Store
from penstock.store.records import Answer, Bell, QueueEntry, WorkerPresence
from penstock.tracing import NOT_TRACED, Tracer
from penstock_worker.claimer import Claimer
from penstock_worker.executors.base import Executor
from penstock_worker.heartbeat import Heartbeat
from penstock_worker.metrics import WorkerMetrics
from penstock_worker.presence import Account, Presence
from penstock_worker.running import Kill, Running, Tools, report_attempt, run_attempt
from penstock_worker.unanswered import Unanswered

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
        self._account = Account(name, slots)
        self._presence = Presence(store, name, self._describe)
        self._running: dict[QueueEntry, Running] = {}
        self._busy = 0
        self._suspects = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failure: BaseException | None = None
        self._unanswered = Unanswered(self._servers)
        self._claimer = Claimer(
            store,
            name,
            store.partitions,
            start=self._start,
            changed=self._changed.set,
            ended=self._ended,
            unanswered=self._unanswered,
        )
        self._heartbeat = Heartbeat(
            store, name, self._running, lease_seconds=lease_seconds, unanswered=self._unanswered, ended=self._ended
        )

    def stop(self) -> None:
        """Ask the worker to drain: claim nothing more, let running attempts finish within the grace period."""
        self._stopping.set()
        self._changed.set()
        self._presence.changed()

    def faults(self) -> list[str]:
        """Return in sentences why this worker takes no attempts at present; nothing when it does."""
        if self._stopping.is_set():
            return ["This worker is draining: it takes nothing more."]
        return [] if self._claimer.answered else ["This worker has not asked for work yet."]

    def unanswered(self) -> list[str]:
        """Return in sentences what no server answered this worker the last time; nothing when all was answered."""
        duties = self._unanswered.duties()
        return [f"The store does not answer: {', '.join(duties)}."] if duties else []

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
        duties = (self._listen(), self._heartbeat.run(), self._presence.run())
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

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Stop when something has failed that must not: a worker that is deaf, or cannot report, must not linger.

        A claim that cannot be read is one such thing. It cannot be given back, because nobody here can tell whose it
        is: it will be declared lost.
        """
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        _log.error("the worker has to stop", reason=str(error))
        self._failure = self._failure or error
        self.stop()

    def _describe(self) -> WorkerPresence:
        return self._account.at(self._running.values(), self._busy, draining=self._stopping.is_set())

    def _servers(self) -> set[str]:
        return {self._store.server_of(partition) for partition in range(self._store.partitions)}

    async def _claim_until_stopped(self) -> None:
        try:
            while not self._stopping.is_set():
                self._changed.clear()
                free = self._slots - self._busy
                if free > 0 and self._claimer.promising:
                    await self._claimer.claim(free, max(0, MOST_SUSPECTS - self._suspects))
                    continue
                if free <= 0:
                    await self._claimer.withdraw()
                if not await _set_within(self._changed, SWEEP_SECONDS):
                    self._claimer.look_everywhere()
        finally:
            await self._claimer.close()

    def _start(self, claim: QueueEntry) -> None:
        if claim in self._running:
            return
        self.metrics.claimed(1)
        running = self._running[claim] = Running(claim, partial(self._free, claim))
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
            self._claimer.settled(running.claim)

    async def _execute(self, running: Running) -> e.Report:
        """Run an attempt; its slot is free as soon as nothing runs in it, its claim is kept until it is reported."""
        try:
            return await run_attempt(running, self._tools)
        except NewerSchemaError as error:
            self._fail(error)
            return running.returned(self._name)
        finally:
            running.free()

    def _free(self, claim: QueueEntry) -> None:
        self._busy -= 1
        if claim.queue == SUSPECT_QUEUE:
            self._suspects -= 1
            self._claimer.look_everywhere()
        self._changed.set()

    async def _listen(self) -> None:
        """Hear the bells: work in a partition, or an attempt to stop."""
        backoff = Backoff()
        while True:
            try:
                bells = await self._store.wait(self._name, BELL_WAIT_MS)
            except StoreUnavailableError as error:
                self._unanswered.failed("bells", *self._servers())
                _log.warning("no bell can be heard", error=str(error))
                await backoff.wait()
                continue
            self._unanswered.answered("bells")
            backoff.reset()
            for bell in bells:
                self._hear(bell)

    def _hear(self, bell: Bell) -> None:
        if not bell.run_id:
            self._claimer.rung(bell.partition)
            self._changed.set()
            return
        for running in self._running.values():
            claim = running.claim
            if (claim.run_id, claim.task_id, claim.attempt) == (bell.run_id, bell.task_id, bell.attempt):
                running.kill(Kill.CANCELLED)

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

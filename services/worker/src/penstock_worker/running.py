"""One claimed attempt from its claim to its report."""

import asyncio
import time
from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec
import structlog

from penstock.core import events as e
from penstock.core.dag import DagSpec
from penstock.store.base import WorkerStore
from penstock.store.records import Answer, QueueEntry
from penstock.tracing import Tracer
from penstock_worker.attempt_trace import AttemptTrace
from penstock_worker.definitions import Definitions
from penstock_worker.executors.base import Cancellation, Execution, Executor, Outcome
from penstock_worker.executors.registry import executor_name
from penstock_worker.metrics import NO_EXECUTOR, WorkerMetrics
from penstock_worker.output import CappedOutput
from penstock_worker.output_feed import OutputFeed
from penstock_worker.reporter import Reporter

_log = structlog.get_logger()


class Kill(StrEnum):
    """Why an attempt is ended before its time."""

    CANCELLED = "cancelled"
    GONE = "gone"
    RETURNED = "returned"


class Running:
    """An attempt that this worker has claimed."""

    def __init__(self, claim: QueueEntry, freed: Callable[[], None]) -> None:
        """``freed`` is told, once, that the slot of the attempt is free."""
        self.claim = claim
        self.begun = asyncio.get_running_loop().time()
        self._executor = NO_EXECUTOR
        self._kill: Kill | None = None
        self._cancel = Cancellation()
        self._freed: Callable[[], None] | None = freed

    def free(self) -> None:
        """Free the slot of the attempt: nothing runs in it any more."""
        freed, self._freed = self._freed, None
        if freed is not None:
            freed()

    def kill(self, reason: Kill) -> None:
        """End the attempt; the first reason counts, except that a claim that is gone is so for any other."""
        if self._kill is None or reason is Kill.GONE:
            self._kill = reason
        self._cancel.set()

    def returned(self, worker: str) -> e.TaskReturned:
        """Return the report that gives the attempt back."""
        claim = self.claim
        return e.TaskReturned(run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker=worker)

    async def execute(self, tools: "Tools", traceparent: str = "") -> e.Report:
        """Run the attempt; return what to report of it. ``traceparent`` is for the task, empty for none.

        Raises:
            NewerSchemaError: its definition was written by a newer Penstock.
        """
        claim = self.claim
        dag = await tools.definitions.get(claim.partition, claim.version)
        feed = OutputFeed(tools.store, claim)
        output = CappedOutput(feed.emit, _now_ms, tools.output_cap_bytes)
        clock = asyncio.get_running_loop().time
        begun = clock()
        outcome = await self._outcome(dag, tools.executors, output, traceparent)
        duration_ms = round((clock() - begun) * 1000)
        tools.metrics.dropped(output.finish())
        # A server that is away gives nothing more to do: what is kept for it is bounded by the slots all the same.
        await feed.drained(held_up=self.free)
        fact = self._fact(outcome, tools.worker, duration_ms)
        tools.metrics.executed(self._executor, fact, duration_ms / 1000)
        return fact

    async def _outcome(
        self, dag: DagSpec | None, executors: Mapping[str, Executor], output: CappedOutput, traceparent: str
    ) -> Outcome:
        claim = self.claim
        task = None if dag is None else dag.tasks.get(claim.task_id)
        if task is None:
            missing = e.TaskError("start", f"Version {claim.version} of DAG {claim.dag_id} is not in the store.")
            return Outcome("failed", error=missing)
        self._executor = executor_name(task)
        executor = executors.get(self._executor)
        if executor is None:
            return Outcome("failed", error=e.TaskError("start", f"This worker cannot run {self._executor} tasks."))
        execution = Execution(claim.run_id, claim.dag_id, claim.attempt, task, traceparent)
        try:
            return await executor.execute(execution, output, self._cancel)
        except Exception as error:  # noqa: BLE001  # an executor is a plug-in: what it raises must not end the worker
            _log.exception("executor failed")
            return Outcome("failed", error=e.TaskError("crashed", f"The executor failed: {error!r}"))

    def _fact(self, outcome: Outcome, worker: str, duration_ms: int) -> e.Report:
        run_id, task_id, attempt = self.claim.run_id, self.claim.task_id, self.claim.attempt
        if outcome.status == "succeeded":
            return e.TaskSucceeded(
                run_id=run_id,
                task_id=task_id,
                attempt=attempt,
                worker=worker,
                duration_ms=duration_ms,
                exit_code=outcome.exit_code,
                output=None if outcome.output is None else msgspec.json.decode(outcome.output),
            )
        if outcome.status == "returned":
            return self.returned(worker)
        if outcome.status == "cancelled":
            # Of a claim that is gone too: should the store have it again after all, the task gets another attempt.
            if self._kill is not Kill.CANCELLED:
                return self.returned(worker)
            return e.TaskCancelled(
                run_id=run_id, task_id=task_id, attempt=attempt, worker=worker, duration_ms=duration_ms
            )
        return e.TaskFailed(
            run_id=run_id,
            task_id=task_id,
            attempt=attempt,
            worker=worker,
            duration_ms=duration_ms,
            exit_code=outcome.exit_code,
            error=outcome.error or e.TaskError("exit", "The attempt failed."),
        )


class Tools:
    """What all attempts of a worker share."""

    def __init__(
        self,
        store: WorkerStore,
        worker: str,
        executors: Mapping[str, Executor],
        output_cap_bytes: int,
        metrics: WorkerMetrics,
        tracer: Tracer,
    ) -> None:
        self.store = store
        self.worker = worker
        self.executors = executors
        self.output_cap_bytes = output_cap_bytes
        self.metrics = metrics
        self.tracer = tracer
        self.definitions = Definitions(store)
        self.reporter = Reporter(store)


async def run_attempt(running: Running, tools: Tools) -> e.Report:
    """Execute an attempt with its names bound to every log line of the asyncio task that it is for."""
    claim = running.claim
    structlog.contextvars.bind_contextvars(run=claim.run_id, task=claim.task_id, attempt=claim.attempt)
    trace = AttemptTrace.of(claim, tools.tracer)
    if trace is not None:
        structlog.contextvars.bind_contextvars(trace_id=trace.context.trace_id)
    _log.debug("attempt begins")
    fact = await running.execute(tools, "" if trace is None else trace.context.traceparent)
    if trace is not None:
        tools.tracer.record(trace.ended(fact, tools.worker))
    _log.debug("attempt ended", outcome=type(fact).__name__)
    return fact


async def report_attempt(running: Running, fact: e.Report, tools: Tools) -> Answer:
    """Report what became of an attempt."""
    answer = await tools.reporter.report(running.claim, fact)
    tools.metrics.reported(answer)
    if answer is not Answer.ACCEPTED:
        _log.warning("report not taken", answer=str(answer))
    return answer


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

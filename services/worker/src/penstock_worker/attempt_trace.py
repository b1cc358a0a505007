"""The span of an attempt: what the task is told of it, and what is exported when it has ended."""

import time
from typing import Self

from penstock.core import events as e
from penstock.logs import redact_text
from penstock.store.records import QueueEntry
from penstock.tracing import Happening, Span, TraceContext, Tracer, ns_of_ms
from penstock.tracing.spans import Value

_OUTCOMES: dict[type[e.Report], str] = {
    e.TaskSucceeded: "succeeded",
    e.TaskFailed: "failed",
    e.TaskCancelled: "cancelled",
    e.TaskReturned: "returned",
}


class AttemptTrace:
    """An attempt within its trace, from now on."""

    def __init__(self, claim: QueueEntry, context: TraceContext, parent: TraceContext) -> None:
        self.context = context
        self._claim = claim
        self._parent = parent
        self._begun_ns = time.time_ns()

    @classmethod
    def of(cls, claim: QueueEntry, tracer: Tracer) -> Self | None:
        """Return the trace of an attempt that begins; None where nobody traces it: neither we nor who asked for it."""
        if not (claim.traceparent or tracer.enabled):
            return None
        return cls(claim, *tracer.of_attempt(claim.run_id, claim.task_id, claim.attempt, claim.traceparent))

    def ended(self, fact: e.Report, worker: str) -> Span:
        """Return the span of the attempt, which has just ended."""
        claim = self._claim
        error = redact_text(fact.error.message) if isinstance(fact, e.TaskFailed) else None
        return Span(
            name=f"task {claim.task_id}",
            context=self.context,
            parent=self._parent,
            begun_ns=self._begun_ns,
            ended_ns=time.time_ns(),
            kind="consumer",
            attributes=_attributes(claim, fact, worker),
            happenings=(Happening("ready", ns_of_ms(claim.ready_at)),) if claim.ready_at else (),
            error=error,
        )


def _attributes(claim: QueueEntry, fact: e.Report, worker: str) -> dict[str, Value]:
    attributes: dict[str, Value] = {
        "penstock.run.id": claim.run_id,
        "penstock.dag.id": claim.dag_id,
        "penstock.dag.version": claim.version,
        "penstock.task.id": claim.task_id,
        "penstock.task.attempt": claim.attempt,
        "penstock.task.outcome": _OUTCOMES[type(fact)],
        "penstock.queue": claim.queue,
        "penstock.worker": worker,
    }
    if isinstance(fact, e.TaskSucceeded | e.TaskFailed) and fact.exit_code is not None:
        attributes["process.exit.code"] = fact.exit_code
    if isinstance(fact, e.TaskFailed):
        attributes["error.type"] = fact.error.kind
    return attributes

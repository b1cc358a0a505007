"""What a scheduler tells of in traces: runs that have ended, and attempts whose worker will not tell of them."""

from collections.abc import Mapping, Sequence

import msgspec

from penstock.core import events as e
from penstock.core.run import Run
from penstock.core.status import RunStatus, TaskStatus
from penstock.tracing import Happening, Span, Tracer, ns_of_ms


class Loss(msgspec.Struct, frozen=True):
    """An attempt that was declared lost, and when (ms) it had been started."""

    event: e.TaskLost
    started_at: int


class RunSpans:
    """Records spans from commits that were applied."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def committed(self, events: Sequence[e.AnyEvent], losses: Sequence[Loss], runs: Mapping[str, Run]) -> None:
        """Record what ended with the events of a commit; ``runs`` are those they are about, as they are afterwards."""
        if not self._tracer.enabled:
            return
        for loss in losses:
            self._lost(loss, runs[loss.event.run_id])
        for event in events:
            if type(event) is e.RunFinished:
                self._finished(runs[event.run_id])

    def _finished(self, run: Run) -> None:
        summary = run.summary
        context, parent = self._tracer.of_run(summary.run_id, summary.traceparent)
        failed = run.count(TaskStatus.FAILED)
        self._tracer.record(
            Span(
                name=f"run {summary.dag_id}",
                context=context,
                parent=parent,
                begun_ns=ns_of_ms(summary.created_at),
                ended_ns=ns_of_ms(summary.finished_at),
                attributes={
                    **_of_run(run),
                    "penstock.run.status": str(summary.status),
                    "penstock.run.tasks": len(run.tasks),
                },
                happenings=(Happening("started", ns_of_ms(summary.started_at)),) if summary.started_at else (),
                error=f"Tasks that failed: {failed}." if summary.status is RunStatus.FAILED else None,
            )
        )

    def _lost(self, loss: Loss, run: Run) -> None:
        event = loss.event
        traceparent = run.summary.traceparent
        context, parent = self._tracer.of_attempt(event.run_id, event.task_id, event.attempt, traceparent)
        self._tracer.record(
            Span(
                name=f"task {event.task_id}",
                context=context,
                parent=parent,
                begun_ns=ns_of_ms(loss.started_at),
                ended_ns=ns_of_ms(event.at),
                kind="consumer",
                attributes={
                    **_of_run(run),
                    "penstock.task.id": event.task_id,
                    "penstock.task.attempt": event.attempt,
                    "penstock.task.outcome": "lost",
                    "penstock.worker": event.worker,
                    "error.type": "lost",
                },
                error=f"Worker {event.worker} fell silent while it ran the task.",
            )
        )


def _of_run(run: Run) -> dict[str, str]:
    summary = run.summary
    return {
        "penstock.run.id": summary.run_id,
        "penstock.dag.id": summary.dag_id,
        "penstock.dag.version": summary.version,
    }

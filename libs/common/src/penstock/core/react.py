"""What is due in a run: the decisions of the scheduler.

The rules look at the state, not at what just happened. So after a crash the next scheduler decides from where the log
ends, and a decision missed once is taken the next time anybody looks.
"""

from collections.abc import Callable
from itertools import chain, islice

from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES
from penstock.core.run import Run
from penstock.core.status import RunStatus, TaskStatus

DEFAULT_QUEUE = "default"
SUSPECT_QUEUE = "suspects"
"""Attempts that are the last to be had after losses: one of them may be what kills its workers, the others are its
victims. A worker executes one at a time, so that nobody is lost for good because of what somebody else does."""

QUEUES = (SUSPECT_QUEUE, DEFAULT_QUEUE)
"""In the order in which they are claimed from."""

_UNSTARTED = frozenset({TaskStatus.WAITING, TaskStatus.READY, TaskStatus.RETRYING})
_OPEN = _UNSTARTED | {TaskStatus.RUNNING}
_UNSUCCESSFUL = frozenset({TaskStatus.FAILED, TaskStatus.UPSTREAM_FAILED, TaskStatus.CANCELLED})


def react(run: Run, now: int, room: int, limit: int) -> list[e.AnyRunEvent]:
    """Return decisions that are due at ``now`` (ms): at most ``limit``, of which at most ``room`` make a task ready.

    Apply them with ``evolve`` and ask again, until nothing is due: one decision may call for the next.
    """
    still = run.summary.status is RunStatus.RUNNING and not run.frontier.movable and run.has(_OPEN)
    if still and not 0 < run.late_due <= now:
        return []  # what no rule would find, found at once: most reports are about one of many tasks
    for rule in _RULES:
        decisions = rule(run, now, room, limit)
        if decisions:
            return decisions
    return []


def next_wake(run: Run, room: int) -> int | None:
    """Return when (ms; 0 for at once) the run must be looked at again though nothing is reported; None for never.

    With no ``room``, tasks of the run are on the queue, and what is reported of them will bring it back; only that it
    becomes late is due whatever anybody reports.
    """
    if run.ended:
        return None
    if react(run, 0, room, 1):
        return 0
    wakes = [run.late_due or None, run.frontier.next_retry() if room else None]
    return min((wake for wake in wakes if wake is not None), default=None)


def _log(seq: int) -> str:
    return f"log:{seq}"


def _mark_late(run: Run, now: int, _room: int, _limit: int) -> list[e.AnyRunEvent]:
    due = run.late_due
    if not due or now < due or run.ended:
        return []
    summary = run.summary
    return [e.RunLate(at=now, cause=_log(summary.status_seq), run_id=summary.run_id, due=due)]


def _start_run(run: Run, now: int, _room: int, _limit: int) -> list[e.AnyRunEvent]:
    summary = run.summary
    if summary.status is not RunStatus.REQUESTED:
        return []
    return [e.RunStarted(at=now, cause=_log(summary.status_seq), run_id=summary.run_id)]


def _cancel_unstarted(run: Run, now: int, _room: int, limit: int) -> list[e.AnyRunEvent]:
    """Tasks that run are killed by their workers, who report it; all others end here."""
    summary = run.summary
    if summary.status is not RunStatus.CANCELLING or not run.has(_UNSTARTED):
        return []
    unstarted = (
        e.TaskCancelled(
            at=now,
            cause=_log(summary.status_seq),
            run_id=summary.run_id,
            task_id=spec.id,
            attempt=task.attempt if task.status is TaskStatus.READY else 0,
        )
        for spec, task in zip(run.plan.tasks, run.tasks, strict=True)
        if task.status in _UNSTARTED
    )
    return list(islice(unstarted, limit))


def _fail_blocked(run: Run, now: int, _room: int, limit: int) -> list[e.AnyRunEvent]:
    return [
        e.TaskUpstreamFailed(
            at=now,
            cause=_log(run.tasks[upstream].seq),
            run_id=run.summary.run_id,
            task_id=run.plan.tasks[number].id,
            upstream=run.plan.tasks[upstream].id,
        )
        for number, upstream in islice(run.frontier.blocked.items(), limit)
    ]


def _make_ready(run: Run, now: int, room: int, limit: int) -> list[e.AnyRunEvent]:
    count = min(room, limit)
    if count <= 0:
        return []
    numbers = chain(run.frontier.due_retries(now, count), run.frontier.startable)
    return [_ready(run, number, now) for number in islice(numbers, count)]


def _ready(run: Run, number: int, now: int) -> e.TaskReady:
    task = run.tasks[number]
    cause, reason, waited_for = run.summary.status_seq, "start", ""
    if task.status is TaskStatus.RETRYING:
        cause, reason = task.seq, task.reason
    elif run.plan.upstream[number]:
        last = max(run.plan.upstream[number], key=lambda upstream: run.tasks[upstream].seq)
        cause, reason, waited_for = run.tasks[last].seq, "dependencies", run.plan.tasks[last].id
    return e.TaskReady(
        at=now,
        cause=_log(cause),
        run_id=run.summary.run_id,
        task_id=run.plan.tasks[number].id,
        attempt=task.attempt + 1,
        queue=SUSPECT_QUEUE if task.losses == MAX_LOSSES - 1 else DEFAULT_QUEUE,
        reason=reason,
        waited_for=waited_for,
    )


def _finish_run(run: Run, now: int, _room: int, _limit: int) -> list[e.AnyRunEvent]:
    if run.ended or run.has(_OPEN):
        return []
    if run.summary.status is RunStatus.CANCELLING:
        status = RunStatus.CANCELLED
    elif run.has(_UNSUCCESSFUL):
        status = RunStatus.FAILED
    else:
        status = RunStatus.SUCCEEDED
    return [e.RunFinished(at=now, cause=_log(run.summary.seq), run_id=run.summary.run_id, status=status)]


_Rule = Callable[[Run, int, int, int], list[e.AnyRunEvent]]
_RULES: tuple[_Rule, ...] = (_mark_late, _start_run, _cancel_unstarted, _fail_blocked, _make_ready, _finish_run)
"""In this order: a run starts before its tasks do, and a cancelled or blocked task is never made ready.

A run that ends when it should have ended before is late: whether it is does not depend on who looked when.
"""

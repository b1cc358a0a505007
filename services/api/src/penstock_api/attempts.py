"""The attempts of a task, told from the run's history."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from penstock.core import events as e
from penstock.core.run import TaskState
from penstock.store.base import ReadStore
from penstock.times import rfc3339, rfc3339_or_none
from penstock_api.history import read_event
from penstock_api.schemas import Attempt, AttemptStatus, TaskFailure

EVENTS_AT_ONCE = 1000

_ENDS: Mapping[type[e.TaskEvent], AttemptStatus] = {
    e.TaskSucceeded: "succeeded",
    e.TaskFailed: "failed",
    e.TaskLost: "lost",
    e.TaskReturned: "returned",
    e.TaskCancelled: "cancelled",
}


class _Attempt(msgspec.Struct):
    """What is known of an attempt so far; times are ms, 0 for not yet."""

    ready: e.TaskReady
    ready_at: int
    started_at: int = 0
    ended_at: int = 0
    worker: str = ""
    end: e.TaskEvent | None = None


async def read_attempts(store: ReadStore, run_id: str, task_id: str, task: TaskState, earliest: int) -> list[Attempt]:
    """Return the attempts of a task that stands as ``task`` says, the newest last.

    ``earliest`` (ms) is when the run began: nothing is told to be older, whatever a clock that was set back has said.
    """
    found = _fold(await _events(store, run_id, task_id, task), earliest)
    sizes = await store.output_sizes(run_id, task_id, [one.ready.attempt for one in found])
    return [_told(one, size.kept) for one, size in zip(found, sizes, strict=True)]


async def _events(store: ReadStore, run_id: str, task_id: str, task: TaskState) -> list[e.TaskEvent]:
    """Return the events of the task up to its last one. A run may have a hundred thousand: most are not decoded."""
    # A first attempt begins where the task says that it was made ready; of earlier ones nothing says where they are.
    after = task.ready_seq - 1 if task.attempt == 1 else 0
    named = msgspec.json.encode(task_id)
    found: list[e.TaskEvent] = []
    while task.attempt and after < task.seq:
        entries = await store.run_events(run_id, after, min(EVENTS_AT_ONCE, task.seq - after))
        if not entries:
            break
        near = (read_event(entry) for entry in entries if entry.seq <= task.seq and named in entry.data)
        found += [event for event in near if isinstance(event, e.TaskEvent) and event.task_id == task_id]
        after = entries[-1].seq
    return found


def _fold(events: Sequence[e.TaskEvent], earliest: int) -> list[_Attempt]:
    attempts: list[_Attempt] = []
    for event in events:
        if isinstance(event, e.TaskReady):
            attempts.append(_Attempt(event, max(event.at, earliest)))
            continue
        if not attempts or attempts[-1].end is not None:
            continue  # before the first attempt, or between two: it is the task that was cancelled
        one = attempts[-1]
        if isinstance(event, e.TaskStarted):
            one.started_at = max(event.at, one.ready_at)
            one.worker = event.worker
        elif type(event) in _ENDS:
            one.ended_at = max(event.at, one.started_at, one.ready_at)
            one.end = event
    return attempts


def _told(one: _Attempt, lines: int) -> Attempt:
    end: Any = one.end  # which fields it has depends on its type
    error = getattr(end, "error", None)
    return Attempt(
        attempt=one.ready.attempt,
        status=_status(one),
        reason=one.ready.reason,
        waited_for=one.ready.waited_for or None,
        queue=one.ready.queue,
        worker=one.worker or getattr(end, "worker", "") or None,
        ready_at=rfc3339(one.ready_at),
        started_at=rfc3339_or_none(one.started_at),
        ended_at=rfc3339_or_none(one.ended_at),
        retry_at=rfc3339_or_none(getattr(end, "retry_at", 0)),
        duration_ms=_duration_ms(one),
        exit_code=getattr(end, "exit_code", None),
        error=None if error is None else TaskFailure(error.kind, error.message, error.traceback),
        output=getattr(end, "output", None),
        lines=lines,
    )


def _status(one: _Attempt) -> AttemptStatus:
    if one.end is not None:
        return _ENDS[type(one.end)]
    return "running" if one.started_at else "ready"


def _duration_ms(one: _Attempt) -> int | None:
    if one.end is None or not one.started_at:
        return None
    measured: int = getattr(one.end, "duration_ms", 0)
    return measured or one.ended_at - one.started_at

"""What the events of a commit say about how the deployment fares: counts and durations, for the metrics."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from penstock.core import events as e
from penstock.core.run import Run

REFUSALS = {
    "superseded": "superseded",
    "no such run": "no_run",
    "the run has no such task": "no_task",
    "the run has ended": "run_ended",
    "the task is": "task_moved_on",
    "DAG ": "no_version",
    "a decision": "no_fact",
}
"""How the reason of a rejected fact begins, and what kind of reason that is: the text itself has names in it."""

OTHER = "unsound"
"""The kind of any other reason: a definition that is not what it says, or that cannot be run."""

_OUTCOMES = {
    e.TaskSucceeded: "succeeded",
    e.TaskFailed: "failed",
    e.TaskLost: "lost",
    e.TaskReturned: "returned",
}


class Observation(msgspec.Struct):
    """What was seen in one commit. ``waited`` and ``turned`` are durations in ms, one for each occurrence.

    Attributes:
        events: how many, by type.
        ready: attempts made ready, by reason (see ``TaskReady``).
        ended: attempts that ended, by outcome; not what was cancelled before it ran.
        losses: lost attempts by cause: ``silent`` (the worker's heartbeats ceased), ``vanished`` (nobody knows why).
        rejected: facts, by kind of reason.
        runs: runs that ended, by status.
        waited: from ready to started.
        turned: from the end of the last dependency to ready.
    """

    events: dict[str, int]
    ready: Counter[str]
    ended: Counter[str]
    losses: Counter[str]
    rejected: Counter[str]
    runs: Counter[str]
    waited: list[int]
    turned: list[int]


def observe(events: Sequence[e.AnyEvent], runs: Mapping[str, Run]) -> Observation:
    """Return what the events of a commit say; ``runs`` are those they are about, as they are afterwards."""
    kinds = Counter(map(type, events))
    seen = Observation(
        events={kind.__name__: count for kind, count in kinds.items()},
        ready=Counter(),
        ended=Counter({outcome: kinds[kind] for kind, outcome in _OUTCOMES.items() if kind in kinds}),
        losses=Counter(),
        rejected=Counter(),
        runs=Counter(),
        waited=[],
        turned=[],
    )
    for event in events:
        look = _LOOK.get(type(event))
        if look is not None:
            look(seen, event, runs)
    return seen


def refusal(reason: str) -> str:
    """Return the kind of reason for which a fact was rejected."""
    return next((kind for begins, kind in REFUSALS.items() if reason.startswith(begins)), OTHER)


def _started(seen: Observation, event: e.TaskStarted, runs: Mapping[str, Run]) -> None:
    run = runs[event.run_id]
    task = run.tasks[run.plan.number[event.task_id]]
    if task.attempt == event.attempt:  # else it has ended within the commit already, and is ready again
        seen.waited.append(max(0, event.at - task.ready_at))


def _ready(seen: Observation, event: e.TaskReady, runs: Mapping[str, Run]) -> None:
    seen.ready[event.reason] += 1
    if event.reason == "dependencies":
        run = runs[event.run_id]
        last = run.tasks[run.plan.number[event.waited_for]]
        seen.turned.append(max(0, event.at - last.finished_at))


def _cancelled(seen: Observation, event: e.TaskCancelled, _runs: Mapping[str, Run]) -> None:
    if event.worker:  # else no worker had begun
        seen.ended["cancelled"] += 1


def _lost(seen: Observation, event: e.TaskLost, _runs: Mapping[str, Run]) -> None:
    # A worker's silence is a fact of the inbox; what has vanished was found by looking at the log.
    seen.losses["silent" if event.cause.startswith("inbox:") else "vanished"] += 1


def _rejected(seen: Observation, event: e.FactRejected, _runs: Mapping[str, Run]) -> None:
    seen.rejected[refusal(event.reason)] += 1


def _finished(seen: Observation, event: e.RunFinished, _runs: Mapping[str, Run]) -> None:
    seen.runs[event.status] += 1


_LOOK: dict[type[e.AnyEvent], Callable[[Observation, Any, Mapping[str, Run]], None]] = {
    e.TaskStarted: _started,
    e.TaskReady: _ready,
    e.TaskCancelled: _cancelled,
    e.TaskLost: _lost,
    e.FactRejected: _rejected,
    e.RunFinished: _finished,
}

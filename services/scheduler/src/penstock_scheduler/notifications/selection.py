"""Which targets an event is for: pure, so that it can be looked at in every case."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from penstock.core import events as e
from penstock.core.notify import NotifySpec, Occasion
from penstock.core.status import RunStatus
from penstock_scheduler.notifications.target import Target

_ENDS = {
    RunStatus.FAILED: Occasion.FAILED,
    RunStatus.SUCCEEDED: Occasion.SUCCEEDED,
    RunStatus.CANCELLED: Occasion.CANCELLED,
}

_NOTABLE = tuple(f'{{"type":"{kind}"'.encode() for kind in ("RunFinished", "RunLate", "LogForked"))
"""How the events begin, as encoded, that an outbox has to look at."""


def is_notable(data: bytes) -> bool:
    """Tell at the least cost whether an encoded event may cause a notification, or begins a branch of the log."""
    return data.startswith(_NOTABLE)


def occasion_of(event: e.AnyEvent) -> Occasion | None:
    """Return what an event gives occasion to tell, None for nothing."""
    if isinstance(event, e.RunFinished):
        return _ENDS.get(event.status)
    return Occasion.LATE if isinstance(event, e.RunLate) else None


def is_told(target: Target, occasion: Occasion, dag_id: str, notify: Sequence[NotifySpec]) -> bool:
    """Return whether a target is to be told of an occasion with a run of a DAG that names whom to ``notify``.

    Both have a say: the target by its patterns, the DAG by the target's name.
    """
    if occasion in target.on and any(fnmatchcase(dag_id, pattern) for pattern in target.dags):
        return True
    return any(entry.to == target.name and occasion in (entry.on or target.on) for entry in notify)

"""What there is to tell, before it is put into the words of a target."""

import msgspec

from penstock.core.dag import DagSpec
from penstock.core.notify import Occasion
from penstock.core.run import RunSummary
from penstock.core.status import TaskStatus
from penstock.store.views import RunView

MESSAGE_LENGTH = 500
"""Characters of a task's error that are told."""


class Reason(msgspec.Struct, frozen=True):
    """Why a run failed: the first of its tasks that did, of what kind its error was, and the first line of it."""

    task_id: str
    kind: str
    message: str


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell. ``id`` is that of the event: the same whenever it is told.

    ``at`` is when it happened (ms), ``run`` the run as it stands when it is told. ``url`` leads people to it; empty
    where nobody has said where the dashboard is.
    """

    id: str
    occasion: Occasion
    deployment: str
    partition: int
    seq: int
    at: int
    run: RunSummary
    reason: Reason | None = None
    url: str = ""


def event_id(partition: int, incarnation: int, seq: int) -> str:
    """Return the name of an event that no other event of a deployment ever has, whatever forks its log."""
    return f"{partition}-{incarnation}-{seq}"


def reason_of(run: RunView, dag: DagSpec) -> Reason | None:
    """Return why a run failed; None where none of its tasks has by itself."""
    failed = [(task.seq, number) for number, task in run.tasks.items() if task.status is TaskStatus.FAILED]
    if not failed:
        return None
    number = min(failed)[1]
    error = run.tasks[number].error
    message = "" if error is None else next(iter(error.message.splitlines()), "")
    return Reason(list(dag.tasks)[number], "" if error is None else error.kind, message[:MESSAGE_LENGTH])

"""Events in words: what the history of a run says, for people."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from penstock.client.records import Event
from penstock_cli.output import STYLES, table

_Data = dict[str, Any]
_ASKED_FOR = frozenset({"DagRegistered", "RunRequested", "RunCancelled"})
_READY = {
    "start": "has nothing to wait for",
    "retry": "tried again after its delay",
    "lost": "tried again: its worker fell silent",
    "returned": "tried again: its worker gave it back",
}
_STATUS = {
    "TaskStarted": "running",
    "TaskSucceeded": "succeeded",
    "TaskFailed": "failed",
    "TaskLost": "failed",
    "TaskUpstreamFailed": "upstream_failed",
    "TaskCancelled": "cancelled",
    "RunCancelled": "cancelled",
}


def history_table(events: Iterable[Event]) -> Table:
    """Return the events of a run as a table, with the time since the first of them."""
    start: datetime | None = None
    rows: list[tuple[str | Text, ...]] = []
    for event in events:
        start = start or event.at
        rows.append(
            (str(event.seq), elapsed(start, event.at), kind(event), task_of(event), cause(event), detail(event))
        )
    return table("seq", "time", "event", "task", "caused by", "", rows=rows, right=("seq", "time"))


def elapsed(start: datetime | None, at: datetime | None) -> str:
    """Return the time between two events as text."""
    return "" if start is None or at is None else f"+{(at - start).total_seconds():.3f} s"


def kind(event: Event) -> Text:
    """Return the event's type in the colour of what it means."""
    status = str(event.data.get("status")) if event.type == "RunFinished" else _STATUS.get(event.type, "")
    return Text(event.type, STYLES.get(status, ""))


def task_of(event: Event) -> str:
    """Return the task that the event is about, with its attempt where that is not the first."""
    attempt = event.data.get("attempt", 0)
    return f"{event.data.get('task_id', '')}{f' #{attempt}' if attempt > 1 else ''}"


def cause(event: Event) -> str:
    """Return what caused the event: another one, or whoever reported it."""
    place, _, number = event.cause.partition(":")
    if place == "log":
        return f"event {number}"
    if event.type in _ASKED_FOR:
        return "a client"
    return "no heartbeat" if event.type == "TaskLost" else "a worker"


def detail(event: Event) -> str:
    """Return what the event says beside its type: what a task had waited for, who runs it, how it ended."""
    explain = _DETAILS.get(event.type)
    return "" if explain is None else explain(event.data)


def _ready(data: _Data) -> str:
    waited_for = data.get("waited_for")
    return f"waited for {waited_for}" if waited_for else _READY.get(data.get("reason", ""), "")


def _failed(data: _Data) -> str:
    message = str(data.get("error", {}).get("message", "")).partition("\n")[0]
    return f"{message} (to be tried again)" if data.get("retry_at") else message


def _version(data: _Data) -> str:
    return f"{data.get('dag_id')} version {str(data.get('version'))[:12]}"


def _worker(data: _Data) -> str:
    return str(data.get("worker", ""))


_DETAILS: dict[str, Callable[[_Data], str]] = {
    "DagRegistered": _version,
    "RunRequested": _version,
    "RunLate": lambda data: f"it was to end by {data.get('due')}",
    "RunFinished": lambda data: str(data.get("status", "")),
    "TaskReady": _ready,
    "TaskStarted": _worker,
    "TaskLost": _worker,
    "TaskReturned": _worker,
    "TaskSucceeded": lambda data: f"after {data.get('duration_ms', 0)} ms",
    "TaskFailed": _failed,
    "TaskUpstreamFailed": lambda data: f"{data.get('upstream')} did not succeed",
    "FactRejected": lambda data: f"{data.get('fact')}: {data.get('reason')}",
}

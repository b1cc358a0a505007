"""Events as the API tells them: what the log holds, with times as text, in one shape for pages and streams."""

from typing import Any

import msgspec

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.errors import SchemaError
from penstock.store.records import LogEntry
from penstock.times import rfc3339

UNREADABLE = "Unreadable"
"""The type that is shown of what this version cannot read."""


def read_event(entry: LogEntry) -> e.AnyEvent | None:
    """Return the event, None where this version cannot read it: a viewer goes on where a scheduler must not."""
    try:
        return decode_event(entry.data)
    except SchemaError:
        return None


def describe(seq: int, event: e.AnyEvent | None) -> dict[str, Any]:
    """Return an event as an object: ``seq``, ``type``, ``at`` and ``cause``, then the fields of its type.

    Of a definition there is only its outline: it may be megabytes, and ``GET /dags/{id}?version=`` has it.
    """
    if event is None:
        return {"seq": seq, "type": UNREADABLE, "at": None, "cause": ""}
    fields = _registered(event) if isinstance(event, e.DagRegistered) else msgspec.to_builtins(event)
    described: dict[str, Any] = {
        "seq": seq,
        "type": type(event).__name__,
        "at": rfc3339(event.at),
        "cause": event.cause,
    }
    described.update((name, value) for name, value in fields.items() if name not in _COMMON)
    for time in _TIMES & described.keys():
        described[time] = rfc3339(described[time])
    return described


_TIMES = frozenset({"retry_at", "due"})
_COMMON = frozenset({"v", "type", "at", "cause"})


def _registered(event: e.DagRegistered) -> dict[str, Any]:
    spec = event.definition
    return {"dag_id": event.dag_id, "version": event.version, "name": spec.name, "task_count": len(spec.tasks)}

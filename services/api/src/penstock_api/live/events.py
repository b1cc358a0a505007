"""Events on their way to viewers: glanced at once, rendered only for those who want to see them whole.

Tens of thousands may pass in a second, and most viewers want to know which runs they are about and no more.
"""

from typing import get_args

import msgspec

from penstock.core import events as e
from penstock.ids import home_of_run, partition_of_dag
from penstock.store.records import LogEntry
from penstock_api.history import UNREADABLE, describe, read_event

EVENT_TYPES = frozenset(kind.__name__ for kind in get_args(e.AnyEvent)) | {UNREADABLE}
"""Every type that an event of the feed can have."""

_encode = msgspec.json.Encoder().encode


class _Glance(msgspec.Struct, gc=False):
    type: str
    v: int
    run_id: str = ""
    dag_id: str = ""


_glance = msgspec.json.Decoder(_Glance).decode
_NOTHING = _Glance(UNREADABLE, 0)


class LiveEvent(msgspec.Struct, gc=False):
    """An event of a partition's log. ``dag_id`` is empty where the event does not name the DAG.

    ``size`` is that of its content in bytes as it was stored. ``foreign`` says that what it names is of another
    partition: it is told to who asks for events, and has changed nothing.
    """

    partition: int
    seq: int
    type: str
    run_id: str
    dag_id: str
    size: int
    content: bytes
    rendered: bool = False
    foreign: bool = False

    @property
    def data(self) -> bytes:
        """The event's JSON as it is sent: made for the first who asks, kept for the others."""
        if not self.rendered:
            event = read_event(LogEntry(self.partition, self.seq, self.content))
            described = {"partition": self.partition, **describe(self.seq, event)}
            self.type = described["type"]
            self.content = _encode(described)
            self.rendered = True
        return self.content


def live_event(entry: LogEntry) -> LiveEvent:
    """Return an entry of a log as an event on its way."""
    try:
        seen = _glance(entry.data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        seen = _NOTHING
    kind = seen.type if seen.type in EVENT_TYPES and seen.v <= e.SCHEMA_VERSION else UNREADABLE
    event = LiveEvent(entry.partition, entry.seq, kind, seen.run_id, seen.dag_id, len(entry.data), entry.data)
    if kind == e.DagRegistered.__name__:
        event.size = len(event.data)  # at once: the outline that is shown is small, the definition may be megabytes
    return event


def is_foreign(event: LiveEvent, partitions: int) -> bool:
    """Return whether an event names what lives in another partition, as somebody may who writes to an inbox by hand."""
    if event.type == e.FactRejected.__name__:
        return bool(event.run_id) and home_of_run(event.run_id, partitions) != event.partition
    return event.type == e.DagRegistered.__name__ and partition_of_dag(event.dag_id, partitions) != event.partition

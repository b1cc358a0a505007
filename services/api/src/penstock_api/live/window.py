"""The last events of one partition, in memory."""

from collections import deque
from itertools import islice

import msgspec


class LiveEvent(msgspec.Struct, frozen=True):
    """An event ready to be sent: ``data`` is its JSON. ``dag_id`` is empty where the event does not name the DAG."""

    partition: int
    seq: int
    type: str
    run_id: str
    dag_id: str
    data: bytes


class Window:
    """Keeps the events that follow ``floor``, the newest of them, up to ``limit`` bytes."""

    def __init__(self, floor: int, limit: int) -> None:
        self.floor = floor
        self._limit = limit
        self._size = 0
        self._events: deque[LiveEvent] = deque()

    @property
    def top(self) -> int:
        """The seq of the last event seen."""
        return self.floor + len(self._events)

    def add(self, event: LiveEvent) -> None:
        """Take the event that comes next; after a gap the window begins anew."""
        if event.seq != self.top + 1:
            self._events.clear()
            self._size = 0
            self.floor = event.seq - 1
        self._events.append(event)
        self._size += len(event.data)
        while self._size > self._limit:
            self._size -= len(self._events.popleft().data)
            self.floor += 1

    def after(self, seq: int, limit: int) -> list[LiveEvent] | None:
        """Return at most ``limit`` events above ``seq``; None where the first of them is no longer here."""
        if seq < self.floor:
            return None
        begin = seq - self.floor
        return list(islice(self._events, begin, begin + limit))

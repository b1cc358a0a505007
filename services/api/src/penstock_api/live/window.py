"""The last events of one partition, in memory."""

from collections import deque
from itertools import islice

from penstock_api.live.events import LiveEvent


class Window:
    """Keeps the events that follow ``floor``, the newest of them, up to ``limit`` bytes as stored."""

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
        self._size += event.size
        while self._size > self._limit:
            self._size -= self._events.popleft().size
            self.floor += 1

    def after(self, seq: int, limit: int) -> list[LiveEvent] | None:
        """Return at most ``limit`` events above ``seq``; None where the first of them is no longer here."""
        if seq < self.floor:
            return None
        begin = seq - self.floor
        return list(islice(self._events, begin, begin + limit))

"""What the events seen last of one partition's log looked like: so that a log that was set back is recognised."""

from collections import deque

from penstock.core.events import LogForked
from penstock.store.base import ReadStore
from penstock.store.records import Head, LogEntry
from penstock_api.history import read_event

KEPT = 160_000
"""Events of all partitions together that are remembered, with a number for each: a loss is of far fewer."""

SEARCHED = 10_000
"""Events below these that are searched for a declared fork."""

_PAGE = 1000


class Trail:
    """Remembers of the events up to ``top``, the last one seen, a number each that tells them from others.

    ``incarnation`` is that of the log as it was seen last.
    """

    def __init__(self, partition: int, top: int, incarnation: int, limit: int) -> None:
        self.top = top
        self.incarnation = incarnation
        self._partition = partition
        self._marks: deque[int] = deque(maxlen=limit)

    def note(self, entry: LogEntry) -> None:
        """Take the event that comes next; after a gap all begins anew."""
        if entry.seq != self.top + 1:
            self._marks.clear()
        self._marks.append(_mark(entry))
        self.top = entry.seq

    def learn(self, entry: LogEntry) -> None:
        """Take note of a declared fork: it may have taken nothing that was seen here."""
        fork = read_event(entry)
        if isinstance(fork, LogForked):
            self.incarnation = fork.incarnation

    def cut(self, seq: int) -> None:
        """Forget what is above ``seq``: the log goes on otherwise."""
        while self.top > seq and self._marks:
            self._marks.pop()
            self.top -= 1
        self.top = min(self.top, seq)

    async def kept(self, store: ReadStore) -> int:
        """Return the seq up to which the log still is what was seen: ``top`` where nothing is gone.

        Where nothing that is remembered is there any more, the fork that was declared says it; where none is found,
        it is the seq below all that is remembered: how much further the loss goes is not known.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        if not self._marks or await self._holds(store, self.top):
            return self.top
        same, other = self.top - len(self._marks), self.top
        while other - same > 1:
            middle = (same + other) // 2
            if await self._holds(store, middle):
                same = middle
            else:
                other = middle
        return same if same > self.top - len(self._marks) else await self._declared(store, same)

    async def _declared(self, store: ReadStore, below: int) -> int:
        """Return what the first fork declared since kept, if it is in the log not far below ``below``."""
        seq = max(0, below - SEARCHED)
        while seq < below and (entries := await store.log(self._partition, seq, min(_PAGE, below - seq))):
            for entry in entries:
                event = read_event(entry)
                if isinstance(event, LogForked) and event.incarnation > self.incarnation:
                    return event.kept_seq
            seq = entries[-1].seq
        return below

    async def _holds(self, store: ReadStore, seq: int) -> bool:
        entries = await store.log(self._partition, seq - 1, 1)
        return [(entry.seq, _mark(entry)) for entry in entries] == [(seq, self._marks[seq - self.top - 1])]


def _mark(entry: LogEntry) -> int:
    # The hash of the chain, which the last event of a commit has, is another where any event before it is another.
    return hash((entry.data, entry.hash))


async def open_trail(store: ReadStore, partition: int, head: Head, limit: int) -> Trail:
    """Return the trail that begins with the last event of a log, and remembers at most ``limit``.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    trail = Trail(partition, max(0, head.seq - 1), head.incarnation, limit)
    for entry in await store.log(partition, head.seq - 1, 1) if head.seq else ():
        trail.note(entry)
    return trail

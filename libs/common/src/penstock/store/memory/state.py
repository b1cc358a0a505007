"""What the store holds: plain data structures, one for each kind of key of the real store."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from penstock.core.chain import GENESIS
from penstock.core.codec import encode_event
from penstock.core.events import AnyEvent
from penstock.core.react import QUEUES
from penstock.store import records as r
from penstock.store import views as v

BELL_MS = 60_000
"""How long a bell goes on ringing for a worker that does not listen, and how long an idle worker is believed alive."""

T = TypeVar("T")
Clock = Callable[[], int]
_Place = tuple[int, int]


class Stream(Generic[T]):
    """Entries in the order they came. An id is ``<ms>-<number>``: when it came, and which it was in that ms.

    Ids grow even when the clock goes back.
    """

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._items: list[T] = []
        self._last: _Place = (0, 0)

    def __len__(self) -> int:
        return len(self._items)

    def append(self, now: int, item: T) -> str:
        """Add an entry that came at ``now``; return its id."""
        stamp, number = self._last
        self._last = (now, 0) if now > stamp else (stamp, number + 1)
        self._places.append(self._last)
        self._items.append(item)
        return _text(self._last)

    def after(self, entry_id: str, limit: int) -> list[tuple[str, T]]:
        """Return at most ``limit`` entries after an id."""
        first = bisect_right(self._places, _place(entry_id))
        found = slice(first, first + limit)
        return [(_text(place), item) for place, item in zip(self._places[found], self._items[found], strict=True)]

    def before(self, entry_id: str, limit: int) -> list[tuple[str, T]]:
        """Return at most ``limit`` entries before an id (empty for the end), the last one first."""
        end = bisect_left(self._places, _place(entry_id)) if entry_id else len(self)
        found = slice(max(0, end - limit), end)
        entries = [(_text(place), item) for place, item in zip(self._places[found], self._items[found], strict=True)]
        return entries[::-1]

    def keep(self, count: int) -> None:
        """Drop all but the last entries."""
        surplus = max(0, len(self) - count)
        del self._places[:surplus]
        del self._items[:surplus]

    def trim(self, entry_id: str) -> None:
        """Drop the entries up to an id, that one included."""
        count = bisect_right(self._places, _place(entry_id))
        del self._places[:count]
        del self._items[:count]


def _place(entry_id: str) -> _Place:
    stamp, _, number = entry_id.partition("-")
    return int(stamp), int(number)


def _text(place: _Place) -> str:
    return f"{place[0]}-{place[1]}"


class Pulse:
    """Lets tasks wait until something has changed; each then looks for itself."""

    def __init__(self) -> None:
        self._change = asyncio.Event()

    def beat(self) -> None:
        """Wake those who wait."""
        self._change.set()
        self._change = asyncio.Event()

    async def first(self, look: Callable[[], list[T]], timeout_ms: int) -> list[T]:
        """Return what ``look`` finds as soon as it finds something, nothing when the time is over."""
        if found := look():
            return found
        try:
            async with asyncio.timeout(max(0, timeout_ms) / 1000):
                while not found:
                    await self._change.wait()
                    found = look()
        except TimeoutError:
            return []
        return found


class Lease(msgspec.Struct, frozen=True):
    """Who owns a partition, and the last ms in which that holds."""

    owner: str
    until: int


class Claim(msgspec.Struct):
    """A claimed attempt: by whom, and when it was last kept alive (ms)."""

    entry: r.QueueEntry
    worker: str
    kept_at: int


class Queue:
    """The attempts of a queue by id, lowest first: those that wait, and those that are claimed."""

    def __init__(self) -> None:
        self.ready: dict[int, r.QueueEntry] = {}
        self.claims: dict[int, Claim] = {}


class Bells(msgspec.Struct):
    """What waits to be told to one worker, first come first, and the last ms in which it is worth telling."""

    waiting: list[r.Bell]
    until: int


class IdempotencyKey(msgspec.Struct, frozen=True):
    """What a key was used for, and the last ms in which that is remembered."""

    body: str
    run_id: str
    until: int


class RunRecord:
    """A run: the stored fields of its projection and the seqs of its events."""

    def __init__(self) -> None:
        self.fields: dict[str, bytes] = {}
        self.events: list[int] = []


class PartitionState:
    """Everything of one partition; ``ringing`` is the pulse of those who wait to be told something."""

    def __init__(self, number: int, clock: Clock, ringing: Pulse) -> None:
        self.number = number
        self.head = r.Head(seq=0, hash=GENESIS, term=0, owner="", cursor="0-0", incarnation=0)
        self.lease: Lease | None = None
        self.log: list[r.LogEntry] = []
        self.inbox: Stream[bytes] = Stream()
        self.arrival = Pulse()
        self.dead: Stream[r.DeadLetter] = Stream()
        self.queues = {name: Queue() for name in QUEUES}
        self.runs: dict[str, RunRecord] = {}
        self.timers: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self.dags: dict[str, v.DagSummary] = {}
        self.versions: dict[str, dict[str, v.DagSummary]] = {}
        self.definitions: dict[str, bytes] = {}
        self.keys: dict[tuple[str, str], IdempotencyKey] = {}
        self.idle: dict[str, int] = {}
        self.notified: dict[str, r.Notified] = {}
        self.bells: dict[str, Bells] = {}
        self.output: dict[tuple[str, str, int], dict[int, tuple[int, str, str]]] = {}
        self._clock = clock
        self._ringing = ringing

    def send(self, fact: AnyEvent) -> None:
        """Append a fact to the inbox."""
        self.deliver(encode_event(fact))

    def deliver(self, data: bytes) -> None:
        """Append an entry to the inbox, readable or not."""
        self.inbox.append(self._clock(), data)
        self.arrival.beat()

    def tell(self, worker: str, bell: r.Bell) -> None:
        """Leave a worker something to hear."""
        self.bells[worker] = Bells([*self.told(worker), bell], self._clock() + BELL_MS)
        self._ringing.beat()

    def told(self, worker: str) -> list[r.Bell]:
        """Return what waits for a worker, the list itself."""
        bells = self.bells.get(worker)
        return bells.waiting if bells is not None and bells.until >= self._clock() else []

    def ring(self, count: int) -> None:
        """Tell at most ``count`` idle workers that there is work: those seen last, who are most surely alive."""
        for worker in sorted(self.idle, key=lambda name: (self.idle[name], name), reverse=True)[:count]:
            del self.idle[worker]
            self.tell(worker, r.Bell(self.number))


class State:
    """All partitions, who schedules them, and the clock (ms) that everybody goes by."""

    def __init__(self, partitions: int, clock: Clock) -> None:
        self.clock = clock
        self.schedulers: dict[str, int] = {}
        self.workers: dict[str, tuple[int, r.WorkerPresence]] = {}
        """By name: the last ms in which the worker is there, and what it told."""
        self.growth = Pulse()
        """Beats when a log has grown."""
        self.ringing = Pulse()
        """Beats when a worker is told something."""
        self.partitions: Sequence[PartitionState] = [
            PartitionState(number, clock, self.ringing) for number in range(partitions)
        ]

"""What the log says of a workload: how long it took, and how long tasks waited for the engine."""

from collections.abc import Sequence

import msgspec

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.store.base import ReadStore

PAGE = 1000


class Waits(msgspec.Struct, frozen=True):
    """What the log says, in ms by the server's clock: each run's length; ready to started; ended to next ready."""

    run_ms: list[int]
    started_ms: list[int]
    ready_ms: list[int]
    span_ms: int
    """From the first request to the last end."""


async def waits(store: ReadStore, partitions: int, since: dict[int, int]) -> Waits:
    """Read what the logs hold above the given seqs."""
    history = _History()
    for partition in range(partitions):
        after = since.get(partition, 0)
        while entries := await store.log(partition, after, PAGE):
            for entry in entries:
                history.take(partition, entry.seq, decode_event(entry.data))
            after = entries[-1].seq
    return history.waits()


async def positions(store: ReadStore, partitions: int) -> dict[int, int]:
    """Return the end of each partition's log."""
    return {partition: (await store.head(partition)).seq for partition in range(partitions)}


class _History:
    def __init__(self) -> None:
        self._at: dict[tuple[int, int], int] = {}
        self._requested: dict[str, int] = {}
        self._ready: dict[tuple[str, str], int] = {}
        self._runs: list[int] = []
        self._started: list[int] = []
        self._followed: list[int] = []
        self._last = 0

    def take(self, partition: int, seq: int, event: e.AnyEvent) -> None:
        self._at[partition, seq] = event.at
        if isinstance(event, e.RunRequested):
            self._requested[event.run_id] = event.at
        # A run that was requested earlier belongs to something else.
        if not isinstance(event, e.RunEvent) or event.run_id not in self._requested:
            return
        match event:
            case e.TaskReady():
                self._ready[event.run_id, event.task_id] = event.at
                if event.reason == "dependencies":
                    self._followed.append(event.at - self._at[partition, int(event.cause.removeprefix("log:"))])
            case e.TaskStarted():
                self._started.append(event.at - self._ready[event.run_id, event.task_id])
            case e.RunFinished():
                self._runs.append(event.at - self._requested[event.run_id])
                self._last = max(self._last, event.at)
            case _:
                pass

    def waits(self) -> Waits:
        first = min(self._requested.values(), default=0)
        return Waits(self._runs, self._started, self._followed, self._last - first)


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which that part of the values lies; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

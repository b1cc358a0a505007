"""What the server takes of memory for what it keeps: the history grows with the work done, and by no more than that."""

from collections.abc import Sequence
from statistics import linear_regression, median

import msgspec

LEAST_SAMPLES = 20
"""So many samples a quarter of the work must have before its use is judged."""

MOST_GROWTH_RATIO = 1.25


class ServerSample(msgspec.Struct, frozen=True):
    """Memory at one moment (bytes in use, MiB resident), and the work done until then."""

    used_bytes: int
    mebibytes: float
    events: int
    finished_runs: int


class ServerUse(msgspec.Struct, frozen=True):
    """What the server took in the second quarter of the work and in the last.

    ``bytes_per_event``: how much the memory in use grew with each event. ``mebibytes`` resident and ``finished_runs``
    are medians.
    """

    bytes_per_event: tuple[float, float]
    mebibytes: tuple[float, float]
    finished_runs: tuple[float, float]

    @property
    def grows(self) -> bool:
        """Whether an event costs more in the end than the noise explains."""
        early, late = self.bytes_per_event
        return late > early * MOST_GROWTH_RATIO


def server_use(samples: Sequence[ServerSample]) -> ServerUse | None:
    """Return the use that samples in the order of time show; None when there are too few, or too little was done."""
    if not samples:
        return None
    done = samples[-1].events
    early = _working(samples, done // 4, done // 2)
    late = _working(samples, done - done // 4, done)
    if min(len(early), len(late)) < LEAST_SAMPLES:
        return None
    return ServerUse(
        bytes_per_event=(_slope(early), _slope(late)),
        mebibytes=(median(one.mebibytes for one in early), median(one.mebibytes for one in late)),
        finished_runs=(median(one.finished_runs for one in early), median(one.finished_runs for one in late)),
    )


def _working(samples: Sequence[ServerSample], first: int, last: int) -> list[ServerSample]:
    """Return one sample for each number of events in the range: while nothing happens, nothing is shown."""
    return list({one.events: one for one in samples if first <= one.events <= last}.values())


def _slope(samples: Sequence[ServerSample]) -> float:
    return linear_regression([one.events for one in samples], [one.used_bytes for one in samples]).slope

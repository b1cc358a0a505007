"""Samples of what goes on, every few seconds, for the curves of a dashboard: kept for an hour, in this process."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog

from penstock.core.status import RUN_ENDED, TASK_ENDED
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from penstock.store.views import Figures
from penstock.times import rfc3339
from penstock.together import together
from penstock_api.durations import Durations, percentile
from penstock_api.live.positions import end_positions
from penstock_api.outlines import Outlines
from penstock_api.pacing import pause_after
from penstock_api.schemas import Sample

SAMPLE_SECONDS = 5.0
KEPT = 720
"""Samples: an hour of them."""

_log = structlog.get_logger()


class _Reading(msgspec.Struct, frozen=True):
    """What the store had counted at a moment (monotonic seconds), and the seq of each partition."""

    moment: float
    figures: Figures
    seqs: dict[int, int]


class Sampler:
    """Takes the samples; ``series`` are those of the last hour, the oldest first."""

    def __init__(self, store: Store, outlines: Outlines) -> None:
        self.series: deque[Sample] = deque(maxlen=KEPT)
        self._store = store
        self._durations = Durations(store, outlines)
        self._before: _Reading | None = None

    @property
    def latest(self) -> Sample | None:
        """The last sample, None before the first."""
        return self.series[-1] if self.series else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take samples while the context is open."""
        task = asyncio.create_task(self._run(), name="sampler")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            begun = time.monotonic()
            failed = True
            try:
                await self.take()
                failed = False
            except StoreUnavailableError as error:
                _log.warning("no sample while the store is away", error=str(error))
            except Exception:  # noqa: BLE001  # curves that end for ever would look like a system at rest
                _log.exception("a sample failed; the next may not")
            await asyncio.sleep(next_in(time.monotonic() - begun, failed=failed))

    async def take(self) -> None:
        """Take a sample: of what has happened since the last time, so the first time there is none yet.

        Raises:
            StoreUnavailableError: the store does not answer; the next sample covers this time too.
        """
        now = await self._read()
        before = self._before
        if before is not None:
            waits, runs = await self._measured(before, now)
            self.series.append(_sample(before, now, waits, runs))
        self._before = now

    async def _measured(self, before: _Reading, now: _Reading) -> tuple[list[int], list[int]]:
        try:
            return await self._durations.since(before.seqs, now.seqs)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001  # looked at again and again, the same event would end the curves for good
            _log.exception("it is not known how long attempts waited and ran; the sample goes without")
            return [], []

    async def _read(self) -> _Reading:
        figures, seqs = await together(self._store.figures(), end_positions(self._store, range(self._store.partitions)))
        return _Reading(time.monotonic(), figures, seqs)


def next_in(spent: float, *, failed: bool) -> float:
    """Return when to take the next sample (seconds from now), after one that took so long (seconds) or failed.

    Time that was spent on a store that does not answer says nothing of how much work samples are.
    """
    return SAMPLE_SECONDS if failed else max(SAMPLE_SECONDS - spent, pause_after(spent))


def _sample(before: _Reading, now: _Reading, waits: list[int], runs: list[int]) -> Sample:
    seconds = max(now.moment - before.moment, 0.001)

    def rate(count: int, earlier: int) -> float:
        # Never negative: a server may have come back with an older past.
        return round(max(0, count - earlier) / seconds, 3)

    return Sample(
        at=rfc3339(time.time_ns() // 1_000_000),
        tasks_per_second=rate(_tasks_ended(now.figures), _tasks_ended(before.figures)),
        runs_per_second=rate(_runs_ended(now.figures), _runs_ended(before.figures)),
        events_per_second=rate(now.figures.events, before.figures.events),
        queue_depth=now.figures.queue_depth,
        inbox_lag=now.figures.inbox_lag,
        wait_p50_ms=percentile(waits, 50),
        wait_p95_ms=percentile(waits, 95),
        run_p50_ms=percentile(runs, 50),
        run_p95_ms=percentile(runs, 95),
    )


def _tasks_ended(figures: Figures) -> int:
    return sum(figures.tasks.get(status, 0) for status in TASK_ENDED)


def _runs_ended(figures: Figures) -> int:
    return sum(figures.runs.get(status, 0) for status in RUN_ENDED)

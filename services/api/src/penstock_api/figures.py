"""The figures that a dashboard shows: read for all who want them at once, and not more often than they can matter."""

import time

from penstock.sharing import SharedRead
from penstock.store.base import Store
from penstock.together import together
from penstock_api.pacing import pause_after
from penstock_api.sampler import Sampler
from penstock_api.schemas import Figures
from penstock_api.system_views import figures_view

FRESH_SECONDS = 1.0


class FigureReader:
    """Reads the figures, at most once a second, however many ask."""

    def __init__(self, store: Store, sampler: Sampler) -> None:
        self._store = store
        self._sampler = sampler
        self._figures: Figures | None = None
        self._good_until = 0.0
        self._reading: SharedRead[Figures] = SharedRead()

    async def close(self) -> None:
        """Break off what is being read."""
        await self._reading.close()

    async def get(self) -> Figures:
        """Return the figures as they were a second ago at most, or a little more where reading them takes long.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        if self._reading.under_way:
            return await self._reading.wait()
        if self._figures is None or time.monotonic() >= self._good_until:
            return await self._reading.begin(self._read())
        return self._figures

    async def _read(self) -> Figures:
        begun = time.monotonic()
        counted, schedulers, workers = await together(
            self._store.figures(), self._store.schedulers(), self._store.worker_count()
        )
        spent = time.monotonic() - begun
        self._good_until = begun + max(FRESH_SECONDS, pause_after(spent))
        now = time.time_ns() // 1_000_000
        self._figures = figures_view(now, counted, len(schedulers), workers, self._sampler.latest)
        return self._figures

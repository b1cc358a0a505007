"""Runs as the digests send them: read and written once for all viewers who want the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from penstock.store.watching import WatchStore
from penstock_api.views import run_entry

MOST_RUNS = 200
"""Runs that a digest sends at a time."""

KEPT = 5_000

_encode = msgspec.json.Encoder().encode


class RunEntries:
    """The entries that were asked for last, each with the seq up to which it holds."""

    def __init__(self, store: WatchStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._reading = asyncio.Lock()

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()

    async def get(self, wanted: Mapping[str, int]) -> list[bytes]:
        """Return runs as JSON, in the order asked for, each with all its events up to the given seq or more.

        One that does not exist is left out.
        """
        async with self._reading:  # who waits here finds what the one before has read
            stale = {run_id: seq for run_id, seq in wanted.items() if self._kept.get(run_id, (-1, b""))[0] < seq}
            # A commit writes the log and the run at once: read after the event was seen, the run holds it.
            for run in await self._store.summaries(list(stale)):
                self._kept[run.run_id] = (max(run.seq, stale[run.run_id]), _encode(run_entry(run)))
                self._kept.move_to_end(run.run_id)
            found = [self._kept[run_id][1] for run_id in wanted if run_id in self._kept]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

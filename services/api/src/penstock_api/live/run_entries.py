"""Runs as the digests send them: read and written once for all viewers who want the same."""

from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from penstock.sharing import SharedRead
from penstock.store.watching import WatchStore
from penstock_api.views import run_entry

MOST_RUNS = 200
"""Runs that a digest sends at a time."""

KEPT = 5_000

_Entries = OrderedDict[str, tuple[int, bytes]]
_encode = msgspec.json.Encoder().encode


class RunEntries:
    """The entries that were asked for last, each with the seq up to which it holds."""

    def __init__(self, store: WatchStore) -> None:
        self._store = store
        self._kept: _Entries = OrderedDict()
        self._reading: SharedRead[dict[str, bytes]] = SharedRead()

    async def close(self) -> None:
        """Break off what is being read."""
        await self._reading.close()

    def clear(self) -> None:
        """Forget them; what is being read meanwhile is not kept either."""
        self._kept = OrderedDict()

    async def get(self, wanted: Mapping[str, int]) -> list[bytes]:
        """Return runs as JSON, in the order asked for, each with all its events up to the given seq or more.

        One that does not exist is left out.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        while self._reading.under_way:
            await self._reading.wait()  # it may bring what is wanted here
        found = {run_id: entry for run_id, seq in wanted.items() if (entry := self._fresh(run_id, seq)) is not None}
        stale = {run_id: seq for run_id, seq in wanted.items() if run_id not in found}
        if stale:
            found |= await self._reading.begin(self._read(self._kept, stale))
        return [found[run_id] for run_id in wanted if run_id in found]

    def _fresh(self, run_id: str, seq: int) -> bytes | None:
        held, entry = self._kept.get(run_id, (-1, b""))
        return entry if held >= seq else None

    async def _read(self, kept: _Entries, stale: Mapping[str, int]) -> dict[str, bytes]:
        # A commit writes the log and the run at once: read after the event was seen, the run holds it.
        read = {run.run_id: (run.seq, _encode(run_entry(run))) for run in await self._store.summaries(list(stale))}
        for run_id, (seq, entry) in read.items():
            kept[run_id] = (max(seq, stale[run_id]), entry)
            kept.move_to_end(run_id)
        while len(kept) > KEPT:
            kept.popitem(last=False)
        return {run_id: entry for run_id, (_, entry) in read.items()}

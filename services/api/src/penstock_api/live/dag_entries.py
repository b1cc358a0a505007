"""DAGs as the digests send them: the list is read once for each registration, however many are told of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from penstock.store.base import ReadStore
from penstock_api.views import dag_entry

KEPT = 5_000

_encode = msgspec.json.Encoder().encode


class DagEntries:
    """The entries that were asked for last, each with the seq of the registration up to which it holds."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._reading = asyncio.Lock()

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()

    async def get(self, wanted: Mapping[str, int]) -> list[bytes]:
        """Return DAGs as JSON, by id, each as of its registration at the given seq or a later one.

        One that does not exist is left out.
        """
        async with self._reading:  # who waits here finds what the one before has read
            stale = {dag_id: seq for dag_id, seq in wanted.items() if self._kept.get(dag_id, (-1, b""))[0] < seq}
            # A commit writes the log and the list at once: read after the event was seen, the list holds it.
            for dag in await self._store.dags() if stale else ():
                if dag.dag_id in stale:
                    self._kept[dag.dag_id] = (max(dag.seq, stale[dag.dag_id]), _encode(dag_entry(dag)))
                    self._kept.move_to_end(dag.dag_id)
            found = [self._kept[dag_id][1] for dag_id in sorted(wanted) if dag_id in self._kept]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

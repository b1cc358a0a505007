"""Definitions by version: immutable, so fetched once and kept."""

from collections import OrderedDict

from penstock.backoff import Backoff
from penstock.core.dag import DagSpec
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore

KEPT = 64


class Definitions:
    """The definitions this worker used last."""

    def __init__(self, store: WorkerStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, DagSpec] = OrderedDict()

    async def get(self, partition: int, version: str) -> DagSpec | None:
        """Return a definition, waiting until the store answers; None when there is none."""
        if version in self._kept:
            self._kept.move_to_end(version)
            return self._kept[version]
        dag = await self._fetch(partition, version)
        if dag is not None:
            self._kept[version] = dag
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return dag

    async def _fetch(self, partition: int, version: str) -> DagSpec | None:
        backoff = Backoff()
        while True:
            try:
                return await self._store.definition(partition, version)
            except StoreUnavailableError:
                await backoff.wait()

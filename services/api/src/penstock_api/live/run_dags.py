"""Which DAG a run is of: most events name only their run, and a viewer may watch a DAG."""

from collections import OrderedDict
from collections.abc import Collection

from penstock.store.watching import WatchStore

KEPT = 50_000


class RunDags:
    """Remembers the DAGs of the runs seen last; the store knows the others."""

    def __init__(self, store: WatchStore) -> None:
        self._store = store
        self._known: OrderedDict[str, str] = OrderedDict()

    def learn(self, run_id: str, dag_id: str) -> None:
        """Remember the DAG of a run."""
        self._known[run_id] = dag_id
        if len(self._known) > KEPT:
            self._known.popitem(last=False)

    async def find(self, run_id: str) -> str:
        """Return the DAG of a run, empty where there is no such run."""
        known = self._known.get(run_id)
        if known is not None:
            return known
        return (await self.find_all([run_id]))[run_id]

    async def find_all(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the DAG of each run; the store is asked once, for those that are not remembered."""
        found = {run_id: self._known.get(run_id) for run_id in run_ids}
        unknown = [run_id for run_id, dag_id in found.items() if dag_id is None]
        if unknown:
            stored = {run.run_id: run.dag_id for run in await self._store.summaries(unknown)}
            for run_id in unknown:
                self.learn(run_id, stored.get(run_id, ""))
        return {run_id: dag_id if dag_id is not None else stored.get(run_id, "") for run_id, dag_id in found.items()}

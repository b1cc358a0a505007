"""Which DAG a run is of: most events name only their run, and a viewer may watch a DAG."""

from collections import OrderedDict

from penstock.store.base import ReadStore

KEPT = 50_000


class RunDags:
    """Remembers the DAGs of the runs seen last; the store knows the others."""

    def __init__(self, store: ReadStore) -> None:
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
        view = await self._store.run(run_id)
        dag_id = "" if view is None else view.summary.dag_id
        self.learn(run_id, dag_id)
        return dag_id

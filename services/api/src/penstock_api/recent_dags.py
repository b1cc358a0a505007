"""The DAGs that were run last: looked for among many at most once a second, however many ask."""

import time
from collections.abc import Mapping, Sequence

from penstock.core.run import RunSummary
from penstock.sharing import SharedRead
from penstock.store.base import Store
from penstock.store.views import DagSummary
from penstock_api.pacing import pause_after
from penstock_api.schemas import DagWithRuns
from penstock_api.views import dag_with_runs

DAGS = 50
LAST_RUNS = 14
LOOKED_AT = 200
"""Newest runs that are looked at to learn which DAGs were run last."""

RANKED_SECONDS = 1.0
"""How long it counts, at least, what was asked of every DAG."""

_Newest = Mapping[str, str]
"""Of each DAG the id of its newest run."""


class RecentDags:
    """Finds the DAGs that were run last, with their last runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest: _Newest = {}
        self._good_until = 0.0
        self._reading: SharedRead[_Newest] = SharedRead()

    async def close(self) -> None:
        """Break off what is being read."""
        await self._reading.close()

    async def get(self) -> list[DagWithRuns]:
        """Return the DAGs that were run last, that one first; those that never were come last, by id.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        dags = await self._store.dags()
        if len(dags) > DAGS:
            dags = _ranked(dags, await self._find_newest(dags))[:DAGS]
        last = await self._store.last_runs([dag.dag_id for dag in dags], LAST_RUNS)
        return [dag_with_runs(dag, last[dag.dag_id]) for dag in _ranked(dags, _newest_of(last))]

    async def _find_newest(self, dags: Sequence[DagSummary]) -> _Newest:
        """Return the newest runs, of so many DAGs at least as are shown: most often the newest of all will do."""
        page = await self._store.runs("", None, LOOKED_AT, "")
        latest = {run.dag_id: run.run_id for run in reversed(page.runs)}
        if len(latest) >= DAGS or not page.cursor:
            return latest
        # What was run since every DAG was asked is among the newest of all.
        return {**await self._of_every(dags), **latest}

    async def _of_every(self, dags: Sequence[DagSummary]) -> _Newest:
        if self._reading.under_way:
            return await self._reading.wait()
        if time.monotonic() >= self._good_until:
            return await self._reading.begin(self._ask_every(dags))
        return self._newest

    async def _ask_every(self, dags: Sequence[DagSummary]) -> _Newest:
        begun = time.monotonic()
        self._newest = _newest_of(await self._store.last_runs([dag.dag_id for dag in dags], 1))
        self._good_until = begun + max(RANKED_SECONDS, pause_after(time.monotonic() - begun))
        return self._newest


def _newest_of(last: Mapping[str, Sequence[RunSummary]]) -> _Newest:
    return {dag_id: runs[0].run_id for dag_id, runs in last.items() if runs}


def _ranked(dags: Sequence[DagSummary], newest: _Newest) -> list[DagSummary]:
    # A run's id begins with its time.
    return sorted(dags, key=lambda dag: newest.get(dag.dag_id, ""), reverse=True)

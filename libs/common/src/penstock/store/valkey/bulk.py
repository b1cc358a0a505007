"""Reads of many runs at once, in few round trips and without what a table of runs does not show."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TypeVar

from penstock.core.projection import decode_cells, decode_summary
from penstock.core.run import RunSummary
from penstock.ids import home_of_run, partition_of_dag
from penstock.store import views as v
from penstock.store.valkey.connection import Call, Connection
from penstock.store.valkey.reads import text_fields

DAGS_AT_ONCE = 200
RUNS_AT_ONCE = 10
"""Of which the lists, or the tasks, are read in one round trip: so much is in memory as it came."""

T = TypeVar("T")


class BulkReads:
    """See :class:`penstock.store.base.ReadStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def last_runs(self, dag_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
        """Return for each of the DAGs its last runs, newest first."""
        found: dict[str, list[RunSummary]] = {}
        homes = [(dag_id, partition_of_dag(dag_id, self._db.partitions)) for dag_id in dag_ids]
        for some in _portions(homes, DAGS_AT_ONCE):
            places = [(dag_id, self._db.keys[partition]) for dag_id, partition in some]
            calls: list[Call] = [("last_runs", [keys.runs(dag_id)], [keys.run(""), limit]) for dag_id, keys in places]
            answers = await self._db.run_all(calls)
            if not all(answers):
                await self._db.believe_absence(*{partition for _, partition in some})
            for (dag_id, _), summaries in zip(some, answers, strict=True):
                found[dag_id] = [decode_summary(summary) for summary in summaries]
        return found

    async def run_cells(self, run_ids: Sequence[str]) -> list[v.RunCells]:
        """Return those of the runs that exist, in the order asked for."""
        found: list[v.RunCells] = []
        homes = [(run_id, home_of_run(run_id, self._db.partitions)) for run_id in run_ids]
        known = [(run_id, home) for run_id, home in homes if home is not None]
        for some in _portions(known, RUNS_AT_ONCE):
            calls: list[Call] = [("cells", [self._db.keys[partition].run(run_id)], []) for run_id, partition in some]
            answers = await self._db.run_all(calls)
            if not all(answers):
                await self._db.believe_absence(*{partition for _, partition in some})
            for fields in filter(None, answers):
                found.append(v.RunCells(*decode_cells(text_fields(fields))))
                await asyncio.sleep(0)  # a run of many tasks takes a while: let others have their turn in between
        return found


def _portions(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]

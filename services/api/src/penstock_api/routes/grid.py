"""The last runs of a DAG, task by task."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock.core.run import RunSummary
from penstock.ids import partition_of_dag
from penstock_api.answers import answer, documented
from penstock_api.context import Context, Shared
from penstock_api.grid import MOST_CELLS, Grid
from penstock_api.live.positions import current_position
from penstock_api.lookups import check_cursor, get_versions
from penstock_api.schemas import DagGrid

router = APIRouter(tags=["dags"], default_response_class=Response)


@router.get("/dags/{dag_id}/grid", responses=documented({200: DagGrid}, 404, 422))
async def read_grid(
    dag_id: str,
    shared: Shared,
    limit: Annotated[int, Query(ge=1, le=500, description="How many runs at most.")] = 100,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
) -> Response:
    """Compare the runs of a DAG, newest first: how each of their tasks stands and how long it took.

    The tasks are those of the current version and of every version that one of the runs follows. Many runs of very
    many tasks come in more pages than `limit` asks for.
    """
    store = shared.store
    check_cursor(store, cursor)
    partition = partition_of_dag(dag_id, store.partitions)
    position = await current_position(store, [partition])
    current = (await get_versions(store, dag_id))[0].version
    page = await store.runs(dag_id, None, limit, cursor)
    grid = Grid()
    grid.add(current, await shared.outlines.get(partition, current))
    shown = await _fit(shared, partition, grid, page.runs)
    runs = await store.run_cells([run.run_id for run in shown])
    further = shown[-1].run_id if len(shown) < len(page.runs) else page.cursor or None
    return answer(DagGrid(dag_id, grid.tasks, grid.columns(runs), further, position))


async def _fit(shared: Context, partition: int, grid: Grid, runs: list[RunSummary]) -> list[RunSummary]:
    """Add the versions of the runs to the grid, as far as the answer stays within bounds; return those runs."""
    for number, run in enumerate(runs):
        outline = await shared.outlines.get(partition, run.version)
        if number and grid.size_with(run.version, outline) * (number + 1) > MOST_CELLS:
            return runs[:number]
        grid.add(run.version, outline)
    return runs

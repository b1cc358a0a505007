"""The first page of a dashboard in one answer."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import attrgetter

from fastapi import APIRouter
from starlette.responses import Response

from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.store.base import Store
from penstock.store.records import DagSummary
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.crew import read_crew
from penstock_api.live.positions import current_position
from penstock_api.schemas import DagWithRuns, Overview
from penstock_api.views import dag_with_runs, run_entry

RUNS = 20
DAGS = 50
LAST_RUNS = 14
LOOKED_AT = 200
"""Newest runs that are looked at to learn which DAGs were run last."""

_ACTIVE = (RunStatus.REQUESTED, RunStatus.RUNNING, RunStatus.CANCELLING)

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/overview", responses=documented({200: Overview}))
async def read_overview(shared: Shared) -> Response:
    """Look at everything at once: figures and their curves, what runs, what failed, DAGs, workers, schedulers.

    `/events?digest=true&last_event_id=<position>` goes on from here without a gap.
    """
    store = shared.store
    position = await current_position(store, range(store.partitions))
    figures, crew, active, failed, dags = await asyncio.gather(
        shared.figures.get(),
        read_crew(store),
        _newest(store, _ACTIVE),
        _newest(store, (RunStatus.FAILED,)),
        _recent_dags(store),
    )
    return answer(
        Overview(
            figures=figures,
            series=list(shared.sampler.series),
            active=[run_entry(run) for run in active],
            failed=[run_entry(run) for run in failed],
            dags=dags,
            workers=crew.workers,
            schedulers=crew.schedulers,
            position=position,
        )
    )


async def _newest(store: Store, statuses: Sequence[RunStatus]) -> list[RunSummary]:
    pages = await asyncio.gather(*(store.runs("", status, RUNS, "") for status in statuses))
    runs = {run.run_id: run for run in chain.from_iterable(page.runs for page in pages)}
    return sorted(runs.values(), key=attrgetter("run_id"), reverse=True)[:RUNS]


async def _recent_dags(store: Store) -> list[DagWithRuns]:
    """Return the DAGs that were run last, that one first; those that never were come last, by id."""
    dags = await store.dags()
    if len(dags) > DAGS:
        dags = await _run_last(store, dags)
    last = await store.last_runs([dag.dag_id for dag in dags], LAST_RUNS)
    return [dag_with_runs(dag, last[dag.dag_id]) for dag in _ranked(dags, last)]


async def _run_last(store: Store, dags: list[DagSummary]) -> list[DagSummary]:
    """Return the DAGs that were run last, of many: most often the newest runs of all tell which they are."""
    page = await store.runs("", None, LOOKED_AT, "")
    last: dict[str, list[RunSummary]] = {}
    for run in page.runs:
        last.setdefault(run.dag_id, [run])
    if len(last) < DAGS and page.cursor:
        last = await store.last_runs([dag.dag_id for dag in dags], 1)
    return _ranked(dags, last)[:DAGS]


def _ranked(dags: list[DagSummary], last: Mapping[str, Sequence[RunSummary]]) -> list[DagSummary]:
    # A run's id begins with its time.
    return sorted(dags, key=lambda dag: max((run.run_id for run in last.get(dag.dag_id, ())), default=""), reverse=True)

"""The first page of a dashboard in one answer."""

from fastapi import APIRouter
from starlette.responses import Response

from penstock.core.status import RunStatus
from penstock.together import together
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.crew import read_crew
from penstock_api.live.positions import current_position
from penstock_api.schemas import Overview
from penstock_api.views import run_entry

RUNS = 20
_ACTIVE = frozenset({RunStatus.REQUESTED, RunStatus.RUNNING, RunStatus.CANCELLING})

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/overview", responses=documented({200: Overview}))
async def read_overview(shared: Shared) -> Response:
    """Look at everything at once: figures and their curves, what runs, what failed, DAGs, workers, schedulers.

    `/events?digest=true&last_event_id=<position>` goes on from here without a gap.
    """
    store = shared.store
    position = await current_position(store, range(store.partitions))
    figures, crew, active, failed, dags = await together(
        shared.figures.get(),
        read_crew(store),
        store.runs("", _ACTIVE, RUNS, ""),
        store.runs("", RunStatus.FAILED, RUNS, ""),
        shared.recent_dags.get(),
    )
    return answer(
        Overview(
            figures=figures,
            series=list(shared.sampler.series),
            active=[run_entry(run) for run in active.runs],
            failed=[run_entry(run) for run in failed.runs],
            dags=dags,
            workers=crew.workers,
            schedulers=crew.schedulers,
            position=position,
        )
    )

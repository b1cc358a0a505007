"""Runs: list, look at, cancel, and their history."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock.core.status import RunStatus
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.history import describe, read_event
from penstock_api.lookups import check_cursor, get_run, get_task, run_partition
from penstock_api.schemas import EventList, RunCancelling, RunDetail, RunList, TaskView
from penstock_api.views import run_detail, run_entry, task_view

router = APIRouter(tags=["runs"], default_response_class=Response)


@router.get("/runs", responses=documented({200: RunList}, 422))
async def list_runs(
    shared: Shared,
    dag_id: Annotated[str, Query(description="Only runs of this DAG.")] = "",
    status: Annotated[RunStatus | None, Query(description="Only runs in this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
) -> Response:
    """List runs, newest first."""
    check_cursor(shared.store, cursor)
    page = await shared.store.runs(dag_id, status, limit, cursor)
    return answer(RunList([run_entry(run) for run in page.runs], page.cursor or None))


@router.get("/runs/{run_id}", responses=documented({200: RunDetail}, 404))
async def read_run(run_id: str, shared: Shared) -> Response:
    """Look at a run and all its tasks."""
    view = await get_run(shared.store, run_id)
    outline = await shared.outlines.get(run_partition(shared.store, run_id), view.summary.version)
    return answer(run_detail(view, outline))


@router.post("/runs/{run_id}/cancel", status_code=202, responses=documented({202: RunCancelling}, 404, 409))
async def cancel_run(run_id: str, shared: Shared) -> Response:
    """Ask for the end of a run.

    Tasks that wait end at once, those that run are killed. Asking twice does no harm; a run that has ended is a 409.
    """
    run_partition(shared.store, run_id)
    await shared.store.cancel_run(run_id)
    return answer(RunCancelling(run_id, RunStatus.CANCELLING), 202)


@router.get("/runs/{run_id}/events", responses=documented({200: EventList}, 404, 422))
async def read_events(
    run_id: str,
    shared: Shared,
    after: Annotated[int, Query(ge=0, lt=2**53, description="Only events above this seq.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Read a run's history, in log order, each event with what caused it."""
    run_partition(shared.store, run_id)
    entries = await shared.store.run_events(run_id, after, limit)
    if not entries:  # nothing new, nothing yet, or no such run
        await get_run(shared.store, run_id)
    events = [describe(entry.seq, read_event(entry)) for entry in entries]
    return answer(EventList(run_id, events, entries[-1].seq if len(entries) == limit else None))


@router.get("/runs/{run_id}/tasks/{task_id}", responses=documented({200: TaskView}, 404))
async def read_task(run_id: str, task_id: str, shared: Shared) -> Response:
    """Look at one task of a run."""
    view = await get_run(shared.store, run_id)
    name, task = await get_task(shared.outlines, view, task_id)
    return answer(task_view(task_id, name, task))

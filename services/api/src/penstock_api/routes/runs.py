"""Runs: list, look at, and their history."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock.ids import partition_of_dag
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.history import describe, read_event
from penstock_api.live.positions import current_position
from penstock_api.lookups import check_cursor, get_run, run_partition
from penstock_api.run_filters import Filtered, lowest
from penstock_api.schemas import EventList, RunDetail, RunList
from penstock_api.views import run_detail, run_entry

EVENTS_AT_ONCE = 1000
"""A longer history is read piece by piece: neither the server nor this process does anything else meanwhile."""

router = APIRouter(tags=["runs"], default_response_class=Response)


@router.get("/runs", responses=documented({200: RunList}, 422))
async def list_runs(
    shared: Shared,
    wanted: Filtered,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
) -> Response:
    """List runs, newest first."""
    store = shared.store
    check_cursor(store, cursor)
    watched = [partition_of_dag(wanted.dag_id, store.partitions)] if wanted.dag_id else range(store.partitions)
    position = await current_position(store, watched)
    page = await store.runs(wanted.dag_id, wanted.statuses, limit, lowest(wanted.below, cursor), wanted.least)
    return answer(RunList([run_entry(run) for run in page.runs], page.cursor or None, position))


@router.get("/runs/{run_id}", responses=documented({200: RunDetail}, 404))
async def read_run(run_id: str, shared: Shared) -> Response:
    """Look at a run and all its tasks."""
    view = await get_run(shared.store, run_id)
    outline = await shared.outlines.get(run_partition(shared.store, run_id), view.summary.version)
    return answer(run_detail(view, outline))


@router.get("/runs/{run_id}/events", responses=documented({200: EventList}, 404, 422))
async def read_events(
    run_id: str,
    shared: Shared,
    after: Annotated[int, Query(ge=0, lt=2**53, description="Only events above this seq.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> Response:
    """Read a run's history, in log order, each event with what caused it."""
    run_partition(shared.store, run_id)
    events: list[dict[str, Any]] = []
    last = after
    while (wanted := min(EVENTS_AT_ONCE, limit - len(events))) > 0:
        piece = await shared.store.run_events(run_id, last, wanted)
        events += [describe(entry.seq, read_event(entry)) for entry in piece]
        last = piece[-1].seq if piece else last
        if len(piece) < wanted:
            break
    if not events:  # nothing new, nothing yet, or no such run
        await get_run(shared.store, run_id, ())
    return answer(EventList(run_id, events, last if len(events) == limit else None))

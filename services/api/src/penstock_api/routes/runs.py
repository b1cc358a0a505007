"""Runs: list, look at, and their history."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock.ids import partition_of_dag
from penstock.store.base import ReadStore
from penstock.store.records import LogEntry
from penstock_api.answers import answer, documented
from penstock_api.context import Shared
from penstock_api.history import describe, read_event
from penstock_api.live.positions import current_position
from penstock_api.lookups import check_cursor, get_run, run_partition
from penstock_api.run_filters import Filtered, lowest
from penstock_api.schemas import EventList, RunDetail, RunList
from penstock_api.views import run_detail, run_entry

EVENTS_AT_ONCE = 200
"""A longer history is read piece by piece: neither the server nor this process does anything else meanwhile."""

ANSWER_BYTES = 4 * 1024 * 1024
"""An answer whose events have more ends early, and says where to go on."""

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
    """Read a run's history, in log order, each event with what caused it.

    A page of large events may have fewer than `limit`; the history ends only where `next_cursor` is null.
    """
    run_partition(shared.store, run_id)
    entries, more = await _read_history(shared.store, run_id, after, limit)
    if not entries:  # nothing new, nothing yet, or no such run
        await get_run(shared.store, run_id, ())
    events = [describe(entry.seq, read_event(entry)) for entry in entries]
    return answer(EventList(run_id, events, entries[-1].seq if more else None))


async def _read_history(store: ReadStore, run_id: str, after: int, limit: int) -> tuple[list[LogEntry], bool]:
    """Return events of a run above seq ``after``, and whether there may be more: so many, or so large that it does."""
    found: list[LogEntry] = []
    size = 0
    last = after
    while (wanted := min(EVENTS_AT_ONCE, limit - len(found))) > 0:
        piece = await store.run_events(run_id, last, wanted)
        for entry in piece:
            found.append(entry)
            last = entry.seq
            size += len(entry.data)
            if size >= ANSWER_BYTES:
                return found, True
        if len(piece) < wanted:
            return found, False
    return found, True

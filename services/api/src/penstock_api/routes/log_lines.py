"""What an attempt printed, line by line with numbers: any part of it, or what a search finds."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock.errors import Detail, InvalidInputError
from penstock_api.answers import answer, documented
from penstock_api.attempt_log import has_ended
from penstock_api.context import Shared
from penstock_api.line_search import Output
from penstock_api.lookups import choose_attempt, get_task
from penstock_api.schemas import LogLines
from penstock_api.views import log_line

_FROM = "The number of the first line, counted from 1; below 0 it counts from the end: `-500` for the last 500."
_SEARCH = "Only lines that hold this text, in upper or lower case. One call looks at 200,000 lines at most."

router = APIRouter(tags=["runs"], default_response_class=Response)


@router.get("/runs/{run_id}/tasks/{task_id}/logs/lines", responses=documented({200: LogLines}, 404, 422))
async def read_lines(
    run_id: str,
    task_id: str,
    shared: Shared,
    attempt: Annotated[int | None, Query(ge=1, lt=2**31, description="Counts from 1; by default the latest.")] = None,
    first: Annotated[int, Query(alias="from", gt=-(2**53), lt=2**53, description=_FROM)] = 1,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    search: Annotated[str, Query(max_length=1000, description=_SEARCH)] = "",
) -> Response:
    """Read lines that an attempt printed, by their numbers.

    An answer may have fewer lines than the limit and others still follow: `next` says where to go on.
    """
    if first == 0:
        raise InvalidInputError("from: lines are counted from 1.", [Detail("from", "must not be 0")])
    task = await get_task(shared.store, shared.outlines, run_id, task_id)
    attempt = choose_attempt(task_id, task.state, attempt)
    # In this order: what was printed before the end is there once the end is known.
    (size,) = await shared.store.output_sizes(run_id, task_id, [attempt])
    begin = first if first > 0 else max(1, size.last + 1 + first)
    output = Output(shared.store, run_id, task_id, attempt, size.last)
    found = await output.find(begin, limit, search)
    ended = has_ended(task.state, attempt)
    return answer(LogLines(attempt, [log_line(line) for line in found.lines], size.last, size.kept, ended, found.next))

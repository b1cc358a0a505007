"""What the attempts of a task printed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from penstock.errors import NotFoundError
from penstock_api.answers import documented
from penstock_api.attempt_log import AttemptLog, has_ended
from penstock_api.context import Shared
from penstock_api.lookups import get_run, get_task

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The lines",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "one\ntwo\n"}},
    }
}

router = APIRouter(tags=["runs"])


@router.get(
    "/runs/{run_id}/tasks/{task_id}/logs",
    response_class=StreamingResponse,
    responses={**_TEXT, **documented({}, 404, 422)},
)
async def read_logs(
    run_id: str,
    task_id: str,
    shared: Shared,
    attempt: Annotated[int | None, Query(ge=1, lt=2**31, description="Counts from 1; by default the latest.")] = None,
    follow: Annotated[bool, Query(description="Stream new lines until the attempt has ended.")] = False,
) -> StreamingResponse:
    """Read what an attempt printed: standard output and standard error, line by line, in the order they came.

    Without `attempt`, a task that has not been tried yet has an empty log; following it waits for the first attempt.
    """
    view = await get_run(shared.store, run_id)
    _, task = await get_task(shared.outlines, view, task_id)
    if attempt is not None and attempt > task.attempt:
        raise NotFoundError(f"Task {task_id!r} has no attempt {attempt}.")
    attempt = attempt or max(task.attempt, 1)
    log = AttemptLog(shared.store, run_id, task_id, attempt)
    first = await log.page()  # before the answer begins, so that a store that does not answer is a 503
    live = follow and not has_ended(task, attempt)
    text = log.follow(first, view.summary.seq, shared.ending) if live else log.rest(first)
    return StreamingResponse(text, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=utf-8")

"""What the attempts of a task printed."""

import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from penstock_api.answers import documented
from penstock_api.attempt_log import AttemptLog, has_ended
from penstock_api.context import Shared
from penstock_api.lookups import choose_attempt, get_task

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
    download: Annotated[bool, Query(description="Have a browser keep it as a file.")] = False,
) -> StreamingResponse:
    """Read what an attempt printed: standard output and standard error, line by line, in the order they came.

    Without `attempt`, a task that has not been tried yet has an empty log; following it waits for the first attempt.
    """
    task = await get_task(shared.store, shared.outlines, run_id, task_id)
    attempt = choose_attempt(task_id, task.state, attempt)
    log = AttemptLog(shared.store, run_id, task_id, attempt)
    first = await log.page()  # before the answer begins, so that a store that does not answer is a 503
    live = follow and not has_ended(task.state, attempt)
    text = log.follow(first, task.run.seq, shared.ending) if live else log.rest(first)
    headers = {"Cache-Control": "no-store"}
    if download:
        headers["Content-Disposition"] = _attachment(run_id, task_id, attempt)
    return StreamingResponse(text, headers=headers, media_type="text/plain; charset=utf-8")


def _attachment(run_id: str, task_id: str, attempt: int) -> str:
    """Return what tells a browser to keep the log as a file, under a name that is safe in any file system.

    A task's id may be in any script: those who can read it get the letters, everybody else what ASCII has of them.
    """
    name = re.sub(r"[^\w.-]", "_", task_id)[:80]
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    ending = f"-{attempt}-{run_id}.log"
    return f"attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{quote(name + ending)}"

"""Runs are asked to end: one, or many at once."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penstock.core.status import RunStatus
from penstock.errors import ConflictError, NotFoundError
from penstock.store.base import Store
from penstock.together import together
from penstock_api.answers import answer, documented
from penstock_api.bodies import json_object
from penstock_api.context import Shared
from penstock_api.lookups import run_partition
from penstock_api.schemas import CancelRequest, CancelResult, RefusedCancellation, RunCancelling

AT_ONCE = 32
"""Requests to the store under way for one call: it shares the connections with everybody else."""

_BODY_BYTES = 64 * 1024
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CancelRequest"}}},
    }
}

router = APIRouter(tags=["runs"], default_response_class=Response)


@router.post("/runs/{run_id}/cancel", status_code=202, responses=documented({202: RunCancelling}, 404, 409))
async def cancel_run(run_id: str, shared: Shared) -> Response:
    """Ask for the end of a run.

    Tasks that wait end at once, those that run are killed. Asking twice does no harm; a run that has ended is a 409.
    """
    run_partition(shared.store, run_id)
    await shared.store.cancel_run(run_id)
    return answer(RunCancelling(run_id, RunStatus.CANCELLING), 202)


@router.post("/runs/cancel", responses=documented({200: CancelResult}, 400, 413, 415, 422), openapi_extra=_BODY)
async def cancel_runs(request: Request, shared: Shared) -> Response:
    """Ask for the end of up to 500 runs.

    Each is taken or refused by itself, so the answer is 200 also where none was taken. After a 503 some may have been:
    asking for all of them again does no harm.
    """
    asked = await json_object(request, CancelRequest, _BODY_BYTES)
    run_ids = list(dict.fromkeys(asked.run_ids))
    result = CancelResult([], [])
    for first in range(0, len(run_ids), AT_ONCE):
        some = run_ids[first : first + AT_ONCE]
        refusals = await together(*(_refusal(shared.store, run_id) for run_id in some))
        result.refused.extend(filter(None, refusals))
        result.cancelled.extend(run_id for run_id, refusal in zip(some, refusals, strict=True) if refusal is None)
    return answer(result)


async def _refusal(store: Store, run_id: str) -> RefusedCancellation | None:
    """Ask for the end of a run; return why it cannot be had, None where it will come."""
    try:
        run_partition(store, run_id)
        await store.cancel_run(run_id)
    except NotFoundError as error:
        return RefusedCancellation(run_id, "not_found", str(error))
    except ConflictError as error:
        return RefusedCancellation(run_id, "conflict", str(error))
    return None

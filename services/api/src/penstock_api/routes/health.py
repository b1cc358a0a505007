"""Whether the process is alive, and whether it can serve."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from penstock.errors import Detail, StoreUnavailableError
from penstock.store.base import Store
from penstock.store.views import Condition
from penstock_api.answers import answer, documented, error_answer
from penstock_api.context import Shared
from penstock_api.schemas import Health

READY_SECONDS = 3.0
"""How long the store may take: those who ask give up soon after."""

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/healthz", responses={200: documented({200: Health})[200]})
async def healthz() -> Response:
    """Is the process alive? The store is not asked: restarting this process would not help it."""
    return answer(Health("ok"))


@router.get("/readyz", responses=documented({200: Health}))
async def readyz(shared: Shared) -> Response:
    """Can the process serve? 503 says in `details` what is wrong.

    Of several servers one is enough: `degraded` has those that cannot be used, and which partitions wait for them.
    """
    if shared.ending.is_set():
        return _not_ready(["This process is stopping."], "process")
    found = await _condition(shared.store)
    return _not_ready(found.faults, "store") if found.faults else answer(Health("ready", found.degraded))


async def _condition(store: Store) -> Condition:
    try:
        async with asyncio.timeout(READY_SECONDS):
            return await store.condition()
    except (StoreUnavailableError, TimeoutError):
        return Condition(["The store does not answer."])


def _not_ready(faults: list[str], field: str) -> Response:
    details = tuple(Detail(field, fault) for fault in faults)
    return error_answer(503, "not_ready", " ".join(faults), details, {"Retry-After": "1"})

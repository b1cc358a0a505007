"""The deployment itself: who works in it, how its parts fare, and what it could not read."""

import re
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from penstock import __version__
from penstock.errors import Detail, InvalidInputError
from penstock.store.base import Store
from penstock.store.views import KeptLetter
from penstock.together import together
from penstock_api.answers import answer, documented, error_answer
from penstock_api.context import Shared
from penstock_api.crew import read_crew
from penstock_api.errors import RETRY_AFTER_SECONDS
from penstock_api.live.positions import current_position
from penstock_api.schemas import DeadLetterList, SystemState
from penstock_api.system_views import dead_letter_view
from penstock_api.views import partition_metrics

_CURSOR = re.compile(r"([0-9]{1,15})-([0-9]{1,15})-([0-9]{1,5})", re.ASCII)
_Place = tuple[int, int, int]
"""Where a dead letter stands among those of all partitions: ms, number in that ms, partition."""

router = APIRouter(tags=["operation"], default_response_class=Response)


@router.get("/system", responses=documented({200: SystemState}))
async def read_system(shared: Shared) -> Response:
    """Look at the deployment: workers, schedulers, partitions and the server.

    While one of several servers is away, or cannot be read, this is a 503 whose `details` say which.
    """
    away = [one for one in await shared.store.degraded() if not one.readable]
    if away:
        details = tuple(Detail("store", f"{one.server}: {one.message}") for one in away)
        message = f"One of several servers cannot be read: {'; '.join(one.message for one in details)}."
        return error_answer(503, "store_unavailable", message, details, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    store = shared.store
    position = await current_position(store, range(store.partitions))
    crew, server, condition, figures = await together(
        read_crew(store), store.server(), store.condition(), shared.figures.get()
    )
    return answer(
        SystemState(
            workers=crew.workers,
            schedulers=crew.schedulers,
            partitions=[partition_metrics(one) for one in crew.partitions],
            server=server,
            server_faults=condition.sentences(),
            figures=figures,
            version=__version__,
            position=position,
        )
    )


@router.get("/dead-letters", responses=documented({200: DeadLetterList}, 422))
async def list_dead_letters(
    shared: Shared,
    partition: Annotated[int | None, Query(description="Only those of this partition.")] = None,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """List what could not be read, newest first: facts that are no facts, and what somebody put on a queue by hand.

    Of each partition the latest 10,000 are kept.
    """
    store = shared.store
    numbers = _partitions(store, partition)
    above = _place(cursor)
    pages = await together(*(store.dead_letters(one, _before(above, one), limit + 1) for one in numbers))
    found = [(one, kept) for one, page in zip(numbers, pages, strict=True) for kept in page]
    found.sort(key=lambda pair: _key(*pair), reverse=True)
    shown = found[:limit]
    further = "-".join(map(str, _key(*shown[-1]))) if len(found) > limit else None
    return answer(DeadLetterList([dead_letter_view(*pair) for pair in shown], further))


def _partitions(store: Store, partition: int | None) -> list[int]:
    if partition is None:
        return list(range(store.partitions))
    if not 0 <= partition < store.partitions:
        reason = f"must be from 0 to {store.partitions - 1}"
        raise InvalidInputError(f"partition {reason}.", [Detail("partition", reason)])
    return [partition]


def _key(partition: int, kept: KeptLetter) -> _Place:
    stamp, _, number = kept.place.partition("-")
    return int(stamp), int(number), partition


def _place(cursor: str) -> _Place | None:
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInputError("The cursor is none of this API.", [Detail("cursor", "is not valid")])
    stamp, number, partition = map(int, match.groups())
    return stamp, number, partition


def _before(place: _Place | None, partition: int) -> str:
    """Return before which id of a partition the next page goes on, empty for the end."""
    if place is None:
        return ""
    stamp, number, last = place
    # Of the same moment, those of lower partitions are still to come.
    return f"{stamp}-{number + (partition < last)}"

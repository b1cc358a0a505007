"""The live feed as server-sent events."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse

from penstock.errors import Detail, InvalidInputError
from penstock.ids import partition_of_dag
from penstock.store.base import Store
from penstock_api.answers import documented
from penstock_api.context import Context, Shared
from penstock_api.live.digest import Digest
from penstock_api.live.digest_stream import digest_stream
from penstock_api.live.events import EVENT_TYPES
from penstock_api.live.positions import end_positions, read_positions, write_positions
from penstock_api.live.sse import HEARTBEAT_SECONDS, beat, frame, opening
from penstock_api.live.subscription import Subscription
from penstock_api.lookups import get_versions, require_run

CHUNK_BYTES = 64 * 1024

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EXAMPLE = (
    "id: 0:12,1:5\nevent: TaskStarted\n"
    'data: {"partition":0,"seq":12,"type":"TaskStarted","at":"2026-11-23T09:47:05.871Z","cause":"log:11",'
    '"run_id":"01jqz6x3v0c8f4m2t9s7k5hn1b-0","task_id":"task_a","attempt":1,"worker":"worker-1"}\n\n'
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "A stream that does not end", "content": {"text/event-stream": {"example": _EXAMPLE}}}
}
_TYPES = "Only events of these types, separated by commas or given one by one. Not with `digest`."
_LAST = "Begin with the last so many events of each partition watched; does not count where a position is given."
_DIGEST = "Instead of events, at most ten times a second, the runs that have changed, whole."

router = APIRouter(tags=["events"])


@router.get("/events", response_class=StreamingResponse, responses={**_STREAM, **documented({}, 400, 404, 422)})
async def watch(  # noqa: PLR0913  # each is a parameter of the request
    *,
    shared: Shared,
    run_id: Annotated[str, Query(description="Only events of this run.")] = "",
    dag_id: Annotated[str, Query(description="Only events of this DAG and its runs.")] = "",
    types: Annotated[list[str] | None, Query(description=_TYPES)] = None,
    last: Annotated[int, Query(ge=0, le=1000, description=_LAST)] = 0,
    digest: Annotated[bool, Query(description=_DIGEST)] = False,
    last_event_id: Annotated[str | None, Header(description="Go on after this event; the header counts first.")] = None,
    since: Annotated[str | None, Query(alias="last_event_id", description="The same, for a first connect.")] = None,
) -> StreamingResponse:
    """Follow the log live (server-sent events).

    ``event`` is the type, ``data`` the event as JSON. The ``id`` holds the position in every partition watched: sent
    back as ``Last-Event-ID``, to any replica, the stream goes on after that event without a gap or a repetition.
    Without one it begins with what happens now. A `Beat`, with an ``id`` and no data, comes first and after 15 s of
    silence: the stream is alive, and the position moves on.

    With ``digest``, ``event`` is `Run` (``data`` as `GET /runs` lists it), `Dag` (as `GET /dags` lists it), `Figures`
    (without an ``id``; as in `GET /overview`), or `Overflow` (more has changed than is told: look anew).
    """
    wanted = _types(types or [], digest=digest)
    watched = await _watched(shared.store, run_id, dag_id)
    ends = await end_positions(shared.store, watched)
    known = last_event_id or since
    if known:
        told = read_positions(known, watched)
    else:
        told = {partition: max(0, end - last) for partition, end in ends.items()}
    # What lies above the end was never said; after a loss on the server the log may end earlier than it did.
    positions = {partition: min(told[partition], end) for partition, end in ends.items()}
    if digest:
        changes = Digest(shared.hub, positions, run_id, dag_id, ahead=positions != told)
        return _answer(digest_stream(shared, changes))
    return _answer(_stream(shared, Subscription(shared.hub, positions, run_id, dag_id, wanted)))


def _answer(stream: AsyncIterator[bytes]) -> StreamingResponse:
    return StreamingResponse(stream, headers=_HEADERS, media_type="text/event-stream")


def _types(given: Sequence[str], *, digest: bool) -> frozenset[str]:
    """Return the types of events that are asked for, none for all.

    Raises:
        InvalidInputError: there is no such type, or they are asked for of a digest.
    """
    types = frozenset(name for names in given for name in names.split(",") if name)
    if types and digest:
        raise _refused("cannot be given with digest, which tells of runs and not of events")
    for name in sorted(types - EVENT_TYPES):
        raise _refused(f"has {name[:64]!r}, which is no type of event; there are {', '.join(sorted(EVENT_TYPES))}")
    return types


def _refused(reason: str) -> InvalidInputError:
    return InvalidInputError(f"types {reason}.", [Detail("types", reason)])


async def _watched(store: Store, run_id: str, dag_id: str) -> list[int]:
    """Return the partitions to watch.

    Raises:
        NotFoundError: there is no such run or DAG.
    """
    if dag_id:
        await get_versions(store, dag_id)
    if run_id:
        return [await require_run(store, run_id)]
    return [partition_of_dag(dag_id, store.partitions)] if dag_id else list(range(store.partitions))


async def _stream(shared: Context, subscription: Subscription) -> AsyncIterator[bytes]:
    """Yield the stream. A client that does not read stops the generator here, and nothing piles up."""
    sent = dict(subscription.positions)
    with shared.hub.watching():
        yield opening(sent)
        while not shared.ending.is_set():
            events = await subscription.next(HEARTBEAT_SECONDS)
            chunk = bytearray()
            for event in events:
                sent[event.partition] = event.seq
                data = event.data
                chunk += frame(event.type.encode(), data, write_positions(sent))
                if len(chunk) >= CHUNK_BYTES:
                    yield bytes(chunk)
                    chunk.clear()
            sent.update(subscription.positions)
            if not events:
                chunk += beat(sent)
            yield bytes(chunk)

"""The live feed as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse

from penstock.ids import partition_of_dag
from penstock.store.base import Store
from penstock_api.answers import documented
from penstock_api.context import Context, Shared
from penstock_api.live.positions import read_positions, write_positions
from penstock_api.live.subscription import Subscription
from penstock_api.live.window import LiveEvent
from penstock_api.lookups import get_versions, require_run

HEARTBEAT_SECONDS = 15.0
"""How often a stream without events shows that it is alive."""

RECONNECT_MS = 1000
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

router = APIRouter(tags=["events"])


@router.get("/events", response_class=StreamingResponse, responses={**_STREAM, **documented({}, 400, 404)})
async def watch(
    shared: Shared,
    run_id: Annotated[str, Query(description="Only events of this run.")] = "",
    dag_id: Annotated[str, Query(description="Only events of this DAG and its runs.")] = "",
    last_event_id: Annotated[str | None, Header(description="Go on after this event; the header counts first.")] = None,
    since: Annotated[str | None, Query(alias="last_event_id", description="The same, for a first connect.")] = None,
) -> StreamingResponse:
    """Follow the log live (server-sent events).

    ``event`` is the type, ``data`` the event as JSON. The ``id`` holds the position in every partition watched: sent
    back as ``Last-Event-ID``, to any replica, the stream goes on after that event without a gap or a repetition.
    Without one it begins with what happens now. An event with an ``id`` and no data only moves the position on.
    """
    watched = await _watched(shared.store, run_id, dag_id)
    heads = await asyncio.gather(*(shared.store.head(partition) for partition in watched))
    positions = {partition: head.seq for partition, head in zip(watched, heads, strict=True)}
    known = last_event_id or since
    if known:
        # What lies above the head was never said; after a loss on the server the log may end earlier than it did.
        told = read_positions(known, watched)
        positions = {partition: min(told[partition], seq) for partition, seq in positions.items()}
    subscription = Subscription(shared.hub, positions, run_id, dag_id)
    return StreamingResponse(_stream(shared, subscription), headers=_HEADERS, media_type="text/event-stream")


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
        yield b"retry: %d\n: penstock\n%b" % (RECONNECT_MS, _position(sent))
        while not shared.ending.is_set():
            events = await subscription.next(HEARTBEAT_SECONDS)
            chunk = bytearray()
            for event in events:
                sent[event.partition] = event.seq
                chunk += _frame(event, sent)
                if len(chunk) >= CHUNK_BYTES:
                    yield bytes(chunk)
                    chunk.clear()
            sent.update(subscription.positions)
            if not events:
                chunk += b": heartbeat\n" + _position(sent)
            yield bytes(chunk)


def _frame(event: LiveEvent, positions: dict[int, int]) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (write_positions(positions).encode(), event.type.encode(), event.data)


def _position(positions: dict[int, int]) -> bytes:
    """Move a client's position on, past what it does not watch: an event without data is not shown to anybody."""
    return b"id: %b\n\n" % write_positions(positions).encode()

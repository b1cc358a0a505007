"""The digest as a stream of server-sent events: what has changed, and every now and then the figures."""

import time
from collections.abc import AsyncIterator

import msgspec
import structlog

from penstock.errors import StoreUnavailableError
from penstock_api.context import Context
from penstock_api.live.digest import Digest, Tick
from penstock_api.live.positions import write_positions
from penstock_api.live.sse import HEARTBEAT_SECONDS, beat, frame, opening
from penstock_api.schemas import Figures

FIGURES_SECONDS = 1.0

_log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode


class _FigureFeed:
    """The figures for one viewer: once a second at most, and only where something in them is new."""

    def __init__(self, shared: Context) -> None:
        self._shared = shared
        self._sent: Figures | None = None
        self._due = 0.0

    def left(self) -> float:
        """Return in how many seconds figures may be sent again."""
        return max(0.0, self._due - time.monotonic())

    async def next(self) -> bytes:
        """Return the frame to be sent, empty for none."""
        if self.left():
            return b""
        self._due = time.monotonic() + FIGURES_SECONDS
        try:
            figures = await self._shared.figures.get()
        except StoreUnavailableError as error:
            _log.debug("figures wait for the store", error=str(error))
            return b""
        if self._sent is not None and msgspec.structs.replace(self._sent, at=figures.at) == figures:
            return b""
        self._sent = figures
        return frame(b"Figures", _encode(figures))


async def digest_stream(shared: Context, digest: Digest) -> AsyncIterator[bytes]:
    """Yield the stream. A client that does not read stops the generator here, and nothing piles up."""
    sent = dict(digest.positions)
    figures = _FigureFeed(shared)
    spoken = time.monotonic()
    with shared.hub.watching():
        yield opening(sent)
        while not shared.ending.is_set():
            told = _frames(await digest.next(figures.left()), sent, digest.positions)
            sent = dict(digest.positions)
            told += await figures.next()
            if not told and time.monotonic() - spoken >= HEARTBEAT_SECONDS:
                told = beat(sent)
            if told:
                spoken = time.monotonic()
                yield told


def _frames(tick: Tick, before: dict[int, int], after: dict[int, int]) -> bytes:
    """Return what a tick tells. Only the last message moves the position on: broken off before it, all comes again."""
    messages = [(b"Dag", dag) for dag in tick.dags]
    messages += [(b"Overflow", b"{}")] if tick.overflow else []
    messages += [(b"Run", run) for run in tick.runs]
    here, there = write_positions(before), write_positions(after)
    last = len(messages)
    return b"".join(
        frame(kind, data, there if number == last else here) for number, (kind, data) in enumerate(messages, 1)
    )

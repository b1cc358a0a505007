"""The output of an attempt on its way to the store: chunks become lines, and gigabytes become a bounded amount.

The first half of the cap is passed on live. What follows is kept in memory, newest half of the cap only, and passed on
at the end behind a line that says how much was left out between the two.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from penstock_worker.executors.base import Stream

DEFAULT_CAP_BYTES = 1024 * 1024
LINE_LIMIT_BYTES = 16 * 1024
"""Longer lines are passed on in pieces of at most this size."""

_MEAN_LINE_BYTES = 8
_MEAN_CHUNK_BYTES = 64
_SLACK_BYTES = 64 * 1024
_MERGED_WITHIN_MS = 100


class Line(msgspec.Struct, frozen=True):
    """One line of output without its end; ``system`` lines are Penstock's own remarks. ``at`` is ms since the epoch."""

    stream: Literal["stdout", "stderr", "system"]
    text: str
    at: int


class CappedOutput:
    """The sink of one attempt's output: lines go to ``emit``, at most ``cap_bytes`` of output in all.

    Lines are emitted as soon as they are complete, one list per write. There are at most as many as an eighth of the
    cap's bytes, however short they are. Bytes that are not UTF-8 become U+FFFD. A carriage return before a line's end
    is dropped; elsewhere it is kept, so a progress bar is one line. Every line has the time at which its last byte
    arrived, to 0.1 s in the part that is kept until the end.
    """

    def __init__(
        self, emit: Callable[[list[Line]], None], now: Callable[[], int], cap_bytes: int = DEFAULT_CAP_BYTES
    ) -> None:
        self._emit = emit
        self._now = now
        self._is_empty = True
        self._head_is_open = True
        self._head = _Amount(cap_bytes // 2)
        self._tail = _Tail(cap_bytes - cap_bytes // 2)
        self._lines = {"stdout": _Splitter("stdout"), "stderr": _Splitter("stderr")}

    def write(self, stream: Stream, data: bytes) -> None:
        """Take a chunk of output, cut anywhere."""
        at = self._now()
        self._is_empty = False
        if self._head_is_open:
            taken = data[: self._head.fits(data)]
            self._head.add(taken)
            self._pass_on(self._lines[stream].feed(taken, at))
            data = data[len(taken) :]
            # Once something is held back everything after it is, or lines would overtake each other.
            self._head_is_open = not data
        if data:
            self._tail.append(stream, data, at)

    def finish(self) -> int:
        """Pass on what was held back: the rest of the output, or its newest part and how much is missing.

        Returns:
            How many bytes of output are missing.
        """
        if self._is_empty:
            return 0
        if omitted := self._tail.trim():
            self._flush()
            self._emit([Line("system", f"... {omitted} bytes of output left out ...", self._now())])
        for chunk in self._tail.take():
            self._pass_on(self._lines[chunk.stream].feed(bytes(chunk.data), chunk.at))
        self._flush()
        return omitted

    def _flush(self) -> None:
        at = self._now()
        self._pass_on([line for splitter in self._lines.values() for line in splitter.flush(at)])

    def _pass_on(self, lines: list[Line]) -> None:
        if lines:
            self._emit(lines)


class _Splitter:
    """Cuts one stream into lines."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._pending = b""

    def feed(self, data: bytes, at: int) -> list[Line]:
        *complete, self._pending = (self._pending + data).split(b"\n")
        lines = [self._line(piece, at) for whole in complete for piece in _pieces(whole.removesuffix(b"\r"))]
        if len(self._pending) > LINE_LIMIT_BYTES:
            *full, self._pending = _pieces(self._pending)
            lines += [self._line(piece, at) for piece in full]
        return lines

    def flush(self, at: int) -> list[Line]:
        rest, self._pending = self._pending, b""
        return [self._line(rest, at)] if rest else []

    def _line(self, text: bytes, at: int) -> Line:
        return Line(self._stream, text.decode("utf-8", "replace"), at)


class _Amount:
    """How much of ``room`` bytes is taken, and of the number of lines that goes with it."""

    def __init__(self, room: int) -> None:
        self._bytes_left = room
        self._lines_left = room // _MEAN_LINE_BYTES

    @property
    def surplus(self) -> int:
        """The least number of bytes that must go before the rest can fit; none if not positive."""
        return -min(self._bytes_left, self._lines_left)

    def add(self, data: bytes | bytearray) -> None:
        self._bytes_left -= len(data)
        self._lines_left -= data.count(b"\n")

    def remove(self, data: bytes | bytearray) -> None:
        self._bytes_left += len(data)
        self._lines_left += data.count(b"\n")

    def fits(self, data: bytes) -> int:
        """Return how many bytes of the beginning of ``data`` there is room for."""
        if data.count(b"\n", 0, self._bytes_left) <= self._lines_left:
            return min(len(data), self._bytes_left)
        return len(data) - len(data.split(b"\n", self._lines_left)[-1])


class _Chunk(msgspec.Struct):
    """Some output of one stream, kept until the end."""

    stream: Stream
    at: int
    data: bytearray


class _Tail:
    """Keeps the newest output that fits into ``room``, in the order of arrival."""

    def __init__(self, room: int) -> None:
        self._amount = _Amount(room)
        self._most_chunks = room // _MEAN_CHUNK_BYTES + 1
        self._omitted = 0
        self._chunks: deque[_Chunk] = deque()

    def append(self, stream: Stream, data: bytes, at: int) -> None:
        self._amount.add(data)
        last = self._chunks[-1] if self._chunks else None
        # Small writes share a chunk: a byte with an object of its own would take a hundred.
        if (
            last is not None
            and last.stream == stream
            and at - last.at <= _MERGED_WITHIN_MS
            and len(last.data) < LINE_LIMIT_BYTES
        ):
            last.data += data
        else:
            self._chunks.append(_Chunk(stream, at, bytearray(data)))
        if len(self._chunks) > self._most_chunks:
            self._cut(len(self._chunks[0].data))
        if self._amount.surplus > _SLACK_BYTES:
            self.trim()

    def trim(self) -> int:
        """Cut what is too much and return how many bytes are missing so far."""
        while (surplus := self._amount.surplus) > 0:
            self._cut(surplus)
        return self._omitted

    def take(self) -> Iterator[_Chunk]:
        """Give up the chunks, oldest first."""
        while self._chunks:
            yield self._chunks.popleft()

    def _cut(self, count: int) -> None:
        first = self._chunks[0]
        cut = first.data[:count]
        del first.data[:count]
        if not first.data:
            self._chunks.popleft()
        self._amount.remove(cut)
        self._omitted += len(cut)


def _pieces(line: bytes) -> list[bytes]:
    """Cut a line into pieces of at most the limit, not within a UTF-8 sequence."""
    pieces = []
    start = 0
    while len(line) - start > LINE_LIMIT_BYTES:
        end = start + LINE_LIMIT_BYTES
        while line[end] & 0xC0 == 0x80 and end > start + LINE_LIMIT_BYTES - 4:
            end -= 1
        pieces.append(line[start:end])
        start = end
    return [*pieces, line[start:]]

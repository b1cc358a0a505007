"""The live feed of the API: server-sent events, taken up again where they broke off."""

import time
from collections.abc import Iterable, Iterator, Mapping

import httpx
import msgspec

from penstock.client.errors import ApiError, refusal
from penstock.errors import PenstockError

SILENCE_SECONDS = 40.0
"""A feed shows that it is alive every 15 s; one silent for longer than this is taken to be broken."""
PATIENCE_SECONDS = 30.0
"""How long a feed that broke is tried again before its error is raised."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
_SERVER_ERROR = 500


class WaitTimeoutError(PenstockError):
    """What was waited for has not come in the time allowed."""


class Frame(msgspec.Struct, frozen=True):
    """One message of a feed. Without ``data`` it only says where the feed is."""

    id: str
    data: bytes


def parse_frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """Yield the messages in a stream of bytes, cut anywhere; what follows the last empty line is incomplete."""
    rest = b""
    fields: dict[bytes, list[bytes]] = {}
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.removesuffix(b"\r").partition(b":")
            if name:
                fields.setdefault(name, []).append(value.removeprefix(b" "))
            elif not line.startswith(
                b":"
            ):  # an empty line ends a message, a line that begins with a colon is a comment
                if fields.keys() & {b"id", b"data"}:
                    yield Frame(fields.get(b"id", [b""])[-1].decode(), b"\n".join(fields.get(b"data", [])))
                fields = {}


class Feed:
    """A feed that survives broken connections: it goes on after the last message it has seen.

    Args:
        http: where to ask.
        params: what to watch.
        position: the id to begin after; empty for what happens from now on.
        timeout_seconds: how long to watch at most.
    """

    def __init__(
        self, http: httpx.Client, params: Mapping[str, str], position: str, timeout_seconds: float | None
    ) -> None:
        self._http = http
        self._params = dict(params)
        self._position = position
        self._deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        self._pause = FIRST_PAUSE_SECONDS
        self._broken_since: float | None = None
        self._answered = False

    def frames(self) -> Iterator[Frame]:
        """Yield messages without end.

        Raises:
            ApiError: the API refuses, or has failed for longer than ``PATIENCE_SECONDS``.
            WaitTimeoutError: the time allowed is over.
            httpx.TransportError: no connection at first, or none for longer than ``PATIENCE_SECONDS``.
        """
        while True:
            try:
                for frame in self._connection():
                    self._check_time()
                    yield frame
            except httpx.TransportError as error:
                self._forgive(error)
            except ApiError as error:
                if error.status < _SERVER_ERROR:
                    raise
                self._forgive(error)
            self._check_time()
            time.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _connection(self) -> Iterator[Frame]:
        headers = {"Last-Event-ID": self._position} if self._position else {}
        silence = SILENCE_SECONDS if self._deadline is None else min(SILENCE_SECONDS, self._left() + 0.001)
        timeout = httpx.Timeout(10.0, read=silence)
        with self._http.stream("GET", "/events", params=self._params, headers=headers, timeout=timeout) as response:
            if response.is_error:
                response.read()
                raise refusal(response)
            for frame in parse_frames(response.iter_bytes()):
                self._answered = True
                self._broken_since = None
                self._pause = FIRST_PAUSE_SECONDS
                self._position = frame.id or self._position
                yield frame

    def _forgive(self, error: Exception) -> None:
        """Return if it is worth trying again, else raise the error."""
        now = time.monotonic()
        self._broken_since = self._broken_since or now
        self._check_time()
        if not self._answered or now - self._broken_since > PATIENCE_SECONDS:
            raise error

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic()) if self._deadline is not None else float("inf")

    def _check_time(self) -> None:
        if not self._left():
            raise WaitTimeoutError("it has not happened in the time allowed")

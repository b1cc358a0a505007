"""The live feed of the client: messages survive any cut of the bytes, and a broken connection loses nothing."""

from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.client import ApiError, WaitTimeoutError, feed
from penstock.client.feed import Feed, Frame, parse_frames

WIRE = (
    b"retry: 1000\n: penstock\nid: 0:1\n\n"
    b'id: 0:2\nevent: X\ndata: {"a":"\xe2\x80\xa8"}\r\n\r\n'
    b": beat\n\ndata: 1\ndata: 2\n\nid: 9\n"
)
MESSAGES = [Frame("0:1", b""), Frame("0:2", b'{"a":"\xe2\x80\xa8"}'), Frame("", b"1\n2")]


@given(st.sets(st.integers(0, len(WIRE))))
def test_messages_are_the_same_wherever_the_stream_is_cut(cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(WIRE)]
    chunks = [WIRE[start:end] for start, end in pairwise(edges)]
    assert list(parse_frames(chunks)) == MESSAGES


class Api:
    """An API that answers each request with the next of the given answers."""

    def __init__(self, *answers: bytes | Exception | httpx.Response) -> None:
        self.answers = list(answers)
        self.asked: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers.get("Last-Event-ID"))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, content=answer)


class Broken(httpx.SyncByteStream):
    """A body that ends with a broken connection."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        raise httpx.ReadError("connection reset")


def watch(api: Api, timeout_seconds: float | None = None) -> Feed:
    http = httpx.Client(transport=httpx.MockTransport(api), base_url="http://penstock")
    return Feed(http, {}, "", timeout_seconds)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(feed, "LONGEST_PAUSE_SECONDS", 0.0)


def test_after_a_break_it_goes_on_after_the_last_message_seen() -> None:
    api = Api(
        httpx.Response(200, stream=Broken(b"id: 0:4\n\nid: 0:5\ndata: a\n\nid: 0:6\ndata: half")),
        httpx.ConnectError("refused"),
        httpx.Response(503, json={"error": {"code": "store_unavailable", "message": "wait"}}),
        b"id: 0:6\ndata: half\n\n",
        httpx.Response(400, json={"error": {"code": "unreadable", "message": "no such id"}}),
    )
    frames = watch(api).frames()
    assert [next(frames).data for _ in range(3)] == [b"", b"a", b"half"]
    with pytest.raises(ApiError, match="no such id"):
        next(frames)
    assert api.asked == [None, "0:5", "0:5", "0:5", "0:6"]


def test_where_there_is_no_connection_at_first_it_does_not_wait_for_one() -> None:
    with pytest.raises(httpx.ConnectError):
        next(watch(Api(httpx.ConnectError("refused"))).frames())


def test_a_break_that_lasts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PATIENCE_SECONDS", -1.0)
    frames = watch(Api(b"id: 1\n\n", httpx.ConnectError("refused"))).frames()
    assert next(frames) == Frame("1", b"")
    with pytest.raises(httpx.ConnectError):
        next(frames)


def test_it_ends_when_the_time_allowed_is_over() -> None:
    with pytest.raises(WaitTimeoutError):
        next(watch(Api(b""), timeout_seconds=0.0).frames())

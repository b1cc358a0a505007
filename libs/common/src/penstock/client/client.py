"""The client itself: one method per call of the API."""

import os
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from penstock.client.errors import ApiError, refusal, translated
from penstock.client.feed import Feed, Frame, WaitTimeoutError
from penstock.client.records import (
    AcceptedRun,
    Dag,
    DagDefinition,
    Event,
    RegisteredDag,
    RunDetail,
    RunPage,
    event_of,
)
from penstock.core.dag import DagSpec, encode_dag
from penstock.core.status import RunStatus
from penstock.errors import Detail, InvalidInputError
from penstock.tracing.context import parse_traceparent

__all__ = ["DEFAULT_URL", "Client", "WaitTimeoutError"]

DEFAULT_URL = "http://127.0.0.1:8000"
ANSWER_SECONDS = 30.0
PAGE = 1000

_T = TypeVar("_T")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Dags(msgspec.Struct):
    dags: list[Dag]


class _Cancelling(msgspec.Struct):
    status: RunStatus


class _Events(msgspec.Struct):
    events: list[dict[str, Any]]
    next_cursor: int | None = None


class Client:
    """A connection to the API; also a context manager that closes it. Not for use by several threads at once.

    Every method raises :class:`ApiError` where the API refuses and :class:`ApiUnreachableError` where no answer comes.
    Nothing that writes is repeated by itself: give a run an idempotency key to repeat it safely.

    Args:
        base_url: where the API is; by default what ``PENSTOCK_API_URL`` says, else ``http://127.0.0.1:8000``.
    """

    def __init__(self, base_url: str | None = None) -> None:
        self.base_url = (base_url or os.environ.get("PENSTOCK_API_URL") or DEFAULT_URL).rstrip("/")
        with translated(self.base_url):
            host = httpx.URL(self.base_url).host
            # A proxy for the outside world has no business between two programs of one machine.
            self._http = httpx.Client(
                base_url=self.base_url, timeout=ANSWER_SECONDS, trust_env=host.strip("[]") not in _LOOPBACK
            )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def register(self, definition: DagSpec | Path | bytes, filename: str = "definition.yaml") -> RegisteredDag:
        """Register a definition: made in Python, a file, or the content of one whose name tells the format.

        Raises:
            OSError: the file cannot be read.
        """
        if isinstance(definition, DagSpec):
            filename, definition = "definition.json", encode_dag(definition)
        elif isinstance(definition, Path):
            filename, definition = definition.name, definition.read_bytes()
        return self._ask("POST", "/dags/upload", RegisteredDag, files={"file": (filename, definition)})

    def dags(self) -> list[Dag]:
        """Return every DAG, by id."""
        return self._ask("GET", "/dags", _Dags).dags

    def dag(self, dag_id: str) -> DagDefinition:
        """Return a DAG in its current version."""
        return self._ask("GET", f"/dags/{_part(dag_id)}", DagDefinition)

    def run(self, dag_id: str, idempotency_key: str | None = None, traceparent: str | None = None) -> AcceptedRun:
        """Ask for a run; the same key again within two days gives the same run.

        ``traceparent`` is the span, as W3C Trace Context writes it, in whose trace the run is to be.

        Raises:
            InvalidInputError: ``traceparent`` is none.
        """
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        if traceparent is not None:
            if parse_traceparent(traceparent) is None:
                expected = "must look like 00-<32 hex digits>-<16 hex digits>-<2 hex digits>"
                raise InvalidInputError(f"traceparent {expected}", [Detail("traceparent", expected)])
            headers["traceparent"] = traceparent
        return self._ask("POST", f"/dags/{_part(dag_id)}/run", AcceptedRun, headers=headers)

    def get_run(self, run_id: str) -> RunDetail:
        """Return a run with its tasks."""
        return self._ask("GET", f"/runs/{_part(run_id)}", RunDetail)

    def runs(
        self, dag_id: str | None = None, status: RunStatus | None = None, limit: int | None = None, cursor: str = ""
    ) -> RunPage:
        """Return a page of runs, newest first, of one DAG (None for all) in one status (None for any)."""
        params = {"dag_id": dag_id, "status": status, "limit": limit, "cursor": cursor or None}
        return self._ask("GET", "/runs", RunPage, params=params)

    def cancel(self, run_id: str) -> RunStatus:
        """Ask for the end of a run; return the status that it has now."""
        return self._ask("POST", f"/runs/{_part(run_id)}/cancel", _Cancelling).status

    def events(self, run_id: str) -> Iterator[Event]:
        """Yield the history of a run so far, in log order, page by page."""
        after: int | None = 0
        while after is not None:
            params = {"after": after, "limit": PAGE}
            page = self._ask("GET", f"/runs/{_part(run_id)}/events", _Events, params=params)
            yield from map(event_of, page.events)
            after = page.next_cursor

    def logs(self, run_id: str, task_id: str, attempt: int | None = None, *, follow: bool = False) -> Iterator[str]:
        """Yield what an attempt printed (None for the latest) piece by piece; ``follow`` goes on until it ends."""
        params = {"attempt": attempt, "follow": "true" if follow else None}
        path = f"/runs/{_part(run_id)}/tasks/{_part(task_id)}/logs"
        timeout = httpx.Timeout(
            ANSWER_SECONDS, read=None if follow else ANSWER_SECONDS
        )  # a task may be silent for long
        with (
            translated(self.base_url),
            self._http.stream("GET", path, params=_given(params), timeout=timeout) as response,
        ):
            if response.is_error:
                response.read()
                raise refusal(response)
            yield from response.iter_text()

    def stream(
        self, run_id: str = "", dag_id: str = "", last_event_id: str = "", timeout_seconds: float | None = None
    ) -> Iterator[Event]:
        """Yield events as they happen, of a run, of a DAG, or all; without end.

        It begins with what happens from now on, or after the event with id ``last_event_id``. When the connection
        breaks it is made again, and nothing is missed or repeated.

        Raises:
            WaitTimeoutError: ``timeout_seconds`` are over.
        """
        feed = Feed(self._http, _given({"run_id": run_id, "dag_id": dag_id}), last_event_id, timeout_seconds)
        with translated(self.base_url):
            for frame in feed.frames():
                yield from _events_in(frame)

    def follow(self, run_id: str, timeout_seconds: float | None = None) -> Iterator[Event]:
        """Yield every event of a run, from the first, as they happen, until the run has ended.

        Raises:
            WaitTimeoutError: ``timeout_seconds`` are over.
        """
        feed = Feed(self._http, {"run_id": run_id}, "", timeout_seconds)
        last = -1
        with translated(self.base_url):
            for frame in feed.frames():
                # The first message says where the feed begins; what happened before that is in the history.
                past = self.events(run_id) if last < 0 else iter(())
                last = max(last, 0)
                for event in chain(past, _events_in(frame)):
                    if event.seq > last:
                        last = event.seq
                        yield event
                        if event.type == "RunFinished":
                            return

    def wait(self, run_id: str, timeout_seconds: float | None = None) -> RunDetail:
        """Return the run once it has ended.

        Raises:
            WaitTimeoutError: it has not after ``timeout_seconds``.
        """
        feed = Feed(self._http, {"run_id": run_id}, "", timeout_seconds)
        looked = False
        with translated(self.base_url):
            for frame in feed.frames():
                # Once the feed is open the end cannot be missed; it may have come before.
                if not looked or b'"RunFinished"' in frame.data:
                    looked = True
                    run = self.get_run(run_id)
                    if run.ended:
                        return run
        raise AssertionError("a feed does not end")

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[_T],
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> _T:
        with translated(self.base_url):
            response = self._http.request(method, path, params=_given(params or {}), headers=headers, files=files)
        if response.is_error:
            raise refusal(response)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.MsgspecError as error:
            message = f"{self.base_url} does not answer as a Penstock does: {error}"
            raise ApiError(response.status_code, "unexpected_answer", message) from error


def _events_in(frame: Frame) -> list[Event]:
    return [event_of(msgspec.json.decode(frame.data), frame.id)] if frame.data else []


def _given(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value not in {None, ""}}


def _part(name: str) -> str:
    """Return a name as one part of a path, whatever is in it."""
    return quote(name, safe="") or "-"

"""The trace that a request belongs to: the caller's where it names one, and that of the run it asks for."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from penstock.tracing import Span, TraceContext, Tracer, derived_trace_id, parse_traceparent
from penstock.tracing.spans import Value
from penstock_api.access import route_of

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = "penstock.trace"


class RequestTrace:
    """The span of one request, exported if the request may change something: whoever looks leaves no trace.

    A request for a run is the parent of the run's span. Its trace is the caller's; without one, that which follows from
    the id of the run, so that the trace of a run can be found by anybody who knows the run.
    """

    def __init__(self, scope: Scope, tracer: Tracer) -> None:
        self._scope = scope
        self._tracer = tracer
        self._begun_ns = time.time_ns()
        self._parent = parse_traceparent(Headers(scope=scope).get("traceparent", ""))
        self._exported = tracer.enabled and scope["method"] not in _SAFE_METHODS
        self._trace_id = "" if self._parent is None else self._parent.trace_id
        self._span_id = ""
        if self._exported:
            self._trace_id = self._trace_id or secrets.token_hex(16)
            self._span_id = secrets.token_hex(8)
        self._run_id = ""
        self._links: tuple[TraceContext, ...] = ()

    @classmethod
    def of(cls, scope: Scope, tracer: Tracer) -> "RequestTrace":
        """Return the trace of a request that begins; the scope keeps it for whoever answers."""
        trace = cls(scope, tracer)
        scope[_KEY] = trace
        return trace

    @contextmanager
    def told(self) -> Iterator[None]:
        """Have every line that is logged meanwhile tell the id of the trace, if there is one."""
        if self._parent is None and not self._exported:
            yield
            return
        with structlog.contextvars.bound_contextvars(trace_id=self._trace_id):
            yield

    def wants_run(self, run_id: str) -> str:
        """Take note that a run is asked for; return the ``traceparent`` to keep with it, empty for none."""
        self._run_id = run_id
        if not self._exported:
            return "" if self._parent is None else self._parent.traceparent
        if self._parent is None:
            self._trace_id = derived_trace_id(run_id)
            structlog.contextvars.bind_contextvars(trace_id=self._trace_id)
        return self._context().traceparent

    def found_run(self, run_id: str, traceparent: str) -> None:
        """Take note that the run had been asked for before; ``traceparent`` is what is kept with it."""
        self._run_id = run_id
        self._links = (self._tracer.of_run(run_id, traceparent)[0],)

    def end(self, status: int) -> None:
        """Export what there was."""
        if not self._exported:
            return
        route = route_of(self._scope)
        attributes: dict[str, Value] = {
            "http.request.method": self._scope["method"],
            "http.route": route,
            "http.response.status_code": status,
            "url.path": self._scope["path"],
            "url.scheme": self._scope.get("scheme", "http"),
        }
        if self._run_id:
            attributes["penstock.run.id"] = self._run_id
        self._tracer.record(
            Span(
                name=f"{self._scope['method']} {route}",
                context=self._context(),
                parent=self._parent,
                begun_ns=self._begun_ns,
                ended_ns=time.time_ns(),
                kind="server",
                attributes=attributes,
                links=self._links,
                error=f"Answered with status {status}." if status >= 500 else None,
            )
        )

    def _context(self) -> TraceContext:
        sampled = self._tracer.samples(self._trace_id, self._parent)
        return TraceContext(self._trace_id, self._span_id, sampled)


def trace_of(request: Request) -> RequestTrace:
    """Return the trace of a request."""
    trace = request.scope[_KEY]
    assert isinstance(trace, RequestTrace)
    return trace

"""What a service traces with: on where an exporter is configured, else nothing that costs anything."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from penstock.tracing.context import TraceContext, attempt_span, derived_trace_id, parse_traceparent, run_span
from penstock.tracing.spans import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The variables of which one must name a collector for anything to be traced."""

_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"

_log = structlog.get_logger()


class Exporter(Protocol):
    """Sends spans away, in its own time. No method blocks, and none raises because nobody takes the spans."""

    def samples(self, trace_id: str, parent: TraceContext | None) -> bool:
        """Whether a span is recorded that has this parent, or begins the trace: the same answer in every service."""
        ...

    def export(self, span: Span) -> None:
        """Take a span that is over and recorded."""
        ...

    async def stop(self) -> None:
        """Send what is left, within a bound."""
        ...


class Tracer:
    """Knows the trace of every run, and records spans where it has an exporter."""

    def __init__(self, exporter: Exporter | None = None) -> None:
        self._exporter = exporter

    @property
    def enabled(self) -> bool:
        """Whether spans go anywhere."""
        return self._exporter is not None

    def samples(self, trace_id: str, parent: TraceContext | None) -> bool:
        """Whether a span is recorded that has this parent, or begins the trace."""
        if self._exporter is not None:
            return self._exporter.samples(trace_id, parent)
        return parent is not None and parent.sampled

    def of_run(self, run_id: str, traceparent: str) -> tuple[TraceContext, TraceContext | None]:
        """Return the span of a run and its parent; ``traceparent`` is what is kept with the run, empty for nothing."""
        parent = parse_traceparent(traceparent) if traceparent else None
        trace_id = derived_trace_id(run_id) if parent is None else parent.trace_id
        return run_span(run_id, trace_id, sampled=self.samples(trace_id, parent)), parent

    def of_attempt(
        self, run_id: str, task_id: str, attempt: int, traceparent: str
    ) -> tuple[TraceContext, TraceContext]:
        """Return the span of an attempt and its parent, which is the run's; ``traceparent`` as for the run."""
        run, _ = self.of_run(run_id, traceparent)
        return attempt_span(run_id, task_id, attempt, run.trace_id, sampled=self.samples(run.trace_id, run)), run

    def record(self, span: Span) -> None:
        """Export a span that is over, if its trace is recorded."""
        if self._exporter is not None and span.context.sampled:
            self._exporter.export(span)


NOT_TRACED = Tracer()
"""The tracer of a service of which nothing is traced."""


@asynccontextmanager
async def tracing(service: str, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Tracer]:
    """Trace meanwhile, if the environment names a collector; send what is left in the end, within a bound.

    Everything is configured by OpenTelemetry's own variables, ``OTEL_…``. Where they ask for what cannot be had, one
    line of the log says so and nothing is traced: that is no reason not to work.

    Raises:
        InvalidInputError: a variable has a value that cannot be used.
    """
    exporter = _exporter(service, environ)
    if exporter is None:
        yield NOT_TRACED
        return
    _log.info("traces are exported")
    try:
        yield Tracer(exporter)
    finally:
        await exporter.stop()


def _exporter(service: str, environ: Mapping[str, str]) -> Exporter | None:
    if not _wanted(environ):
        return None
    protocol = next((environ[name] for name in _PROTOCOLS if environ.get(name)), _PROTOCOL)
    if protocol != _PROTOCOL:
        _log.warning("nothing is traced: this exporter speaks http/protobuf only", wanted=protocol)
        return None
    try:
        from penstock.tracing.otlp import OtlpExporter  # noqa: PLC0415  # the only place where it is loaded
    except ModuleNotFoundError as error:
        reason = f"there is no {error.name}: requirements-otel.txt names what to install"
        _log.warning("nothing is traced although a collector is named", reason=reason)
        return None
    return OtlpExporter(service)


def _wanted(environ: Mapping[str, str]) -> bool:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if environ.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none":
        return False
    return any(environ.get(name, "").strip() for name in ENDPOINTS)

"""Traces by OpenTelemetry: request, run and attempts as one."""

from penstock.tracing.context import TRACEPARENT, TraceContext, derived_trace_id, parse_traceparent
from penstock.tracing.spans import Happening, Span, ns_of_ms
from penstock.tracing.tracer import NOT_TRACED, Tracer, tracing

__all__ = [
    "NOT_TRACED",
    "TRACEPARENT",
    "Happening",
    "Span",
    "TraceContext",
    "Tracer",
    "derived_trace_id",
    "ns_of_ms",
    "parse_traceparent",
    "tracing",
]

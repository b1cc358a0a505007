"""Spans to a collector by OTLP over HTTP. The only module that needs the extra ``otel``."""

import asyncio
import threading

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Attributes, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision

from penstock import __version__
from penstock.errors import InvalidInputError
from penstock.process import process_name
from penstock.tracing.context import TraceContext
from penstock.tracing.spans import Span

STOP_SECONDS = 3.0
"""How long the end of a service waits for its last spans to be taken."""

_KINDS = {
    "internal": api.SpanKind.INTERNAL,
    "server": api.SpanKind.SERVER,
    "consumer": api.SpanKind.CONSUMER,
}


class _GivenIds(IdGenerator):
    """Gives the span that is begun next the ids that were set for it. For one thread."""

    trace_id = 0
    span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


class OtlpExporter:
    """See :class:`penstock.tracing.tracer.Exporter`. Sends from a thread of its own; what it cannot keep is dropped."""

    def __init__(self, service: str) -> None:
        """Configure everything from the environment.

        Raises:
            InvalidInputError: a variable has a value that cannot be used.
        """
        self._ids = _GivenIds()
        try:
            self._provider = TracerProvider(resource=_resource(service), id_generator=self._ids, shutdown_on_exit=False)
            self._sender = OTLPSpanExporter()
            self._provider.add_span_processor(BatchSpanProcessor(self._sender))
        except ValueError as error:
            raise InvalidInputError(f"A variable OTEL_… has a value that cannot be used: {error}") from error
        self._tracer = self._provider.get_tracer("penstock", __version__)

    def samples(self, trace_id: str, parent: TraceContext | None) -> bool:
        """Whether a span is recorded that has this parent, or begins the trace."""
        decided = self._provider.sampler.should_sample(_around(parent), int(trace_id, 16), "").decision
        return decided is Decision.RECORD_AND_SAMPLE

    def export(self, span: Span) -> None:
        """Take a span that is over and recorded."""
        self._ids.trace_id = int(span.context.trace_id, 16)
        self._ids.span_id = int(span.context.span_id, 16)
        begun = self._tracer.start_span(
            span.name,
            context=_around(span.parent),
            kind=_KINDS[span.kind],
            attributes=span.attributes,
            links=[api.Link(_remote(link).get_span_context()) for link in span.links],
            start_time=span.begun_ns,
        )
        for happening in span.happenings:
            begun.add_event(happening.name, timestamp=happening.at_ns)
        if span.error is not None:
            begun.set_status(api.StatusCode.ERROR, span.error)
        begun.end(max(span.begun_ns, span.ended_ns))

    async def stop(self) -> None:
        """Send what is left, for at most ``STOP_SECONDS``."""
        # A thread that nobody waits for at the end of the process: a collector that does not answer holds nothing up.
        last = threading.Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        last.start()
        await asyncio.to_thread(last.join, STOP_SECONDS)
        if last.is_alive():
            self._sender.shutdown()  # type: ignore[no-untyped-call]  # or it would go on trying until the process is gone


def _around(parent: TraceContext | None) -> Context:
    return Context() if parent is None else api.set_span_in_context(_remote(parent), Context())


def _remote(context: TraceContext) -> api.NonRecordingSpan:
    flags = api.TraceFlags(api.TraceFlags.SAMPLED if context.sampled else api.TraceFlags.DEFAULT)
    ids = int(context.trace_id, 16), int(context.span_id, 16)
    return api.NonRecordingSpan(api.SpanContext(*ids, is_remote=True, trace_flags=flags))


def _resource(service: str) -> Resource:
    """Return who exports: what the environment says of it comes first."""
    told = Resource.create()
    ours: Attributes = {
        "service.name": f"penstock-{service}",
        "service.namespace": "penstock",
        "service.version": __version__,
        "service.instance.id": process_name(service),
    }
    named = not str(told.attributes.get("service.name", "")).startswith("unknown_service")
    missing = {
        key: value for key, value in ours.items() if key not in told.attributes or (key == "service.name" and not named)
    }
    return told.merge(Resource(missing))

"""A collector of traces on loopback: it takes what an exporter sends, and can refuse to answer."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collected:
    """One span, and by whom it was exported. Ids are hex, times ns."""

    def __init__(self, span: Span, resource: dict[str, str]) -> None:
        self.raw = span
        self.resource = resource
        self.service = resource["service.name"]
        self.name = span.name
        self.trace_id = span.trace_id.hex()
        self.span_id = span.span_id.hex()
        self.parent_id = span.parent_span_id.hex()
        self.attributes: dict[str, str | int] = {
            one.key: one.value.string_value if one.value.HasField("string_value") else one.value.int_value
            for one in span.attributes
        }
        self.failed = span.status.code == span.status.STATUS_CODE_ERROR
        self.traceparent = f"00-{self.trace_id}-{self.span_id}-01"


class Collector:
    """What has arrived so far. While ``open`` is not set, requests are held without an answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()
        self.headers: list[dict[str, str]] = []
        self._spans: list[Collected] = []

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            who = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self._spans += [Collected(span, who) for span in scope.spans]

    def named(self, *names: str) -> list[Collected]:
        """Return the spans of these names in the order in which they began."""
        found = [span for span in self.spans if span.name in names]
        return sorted(found, key=lambda span: span.raw.start_time_unix_nano)

    @property
    def spans(self) -> list[Collected]:
        return list(self._spans)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    _Handler.collectors[server.server_address[1]] = collector
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield collector
    finally:
        collector.open.set()
        server.shutdown()
        serving.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    collectors: dict[int, Collector] = {}  # noqa: RUF012  # by port

    def do_POST(self) -> None:
        collector = self.collectors[self.server.server_address[1]]  # type: ignore[index]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        collector.asked.set()
        collector.open.wait()
        collector.headers.append({name.lower(): value for name, value in self.headers.items()})
        collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""

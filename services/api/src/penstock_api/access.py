"""One line of log and one count for every request, by the route that answered it."""

import logging
import time
from urllib.parse import quote

import structlog
from starlette.types import Message, Scope

from penstock_api.metrics import HttpMetrics

UNMATCHED = "unmatched"
"""Stands for the route where there is none: whatever was asked for, it is one series."""

LEFT = 499
"""The status where the client was gone before its answer began, as others number it too."""

_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/ui/theme.js", "/ui/icon.svg"})

_log = structlog.get_logger()


class Exchange:
    """A request and its answer, from the first to the last byte."""

    def __init__(self, scope: Scope, metrics: HttpMetrics) -> None:
        self._scope = scope
        self._metrics = metrics
        self._begun = time.perf_counter()
        self._first_byte_seconds: float | None = None
        self._bytes = 0
        self.status = 0
        """0 until the answer begins."""
        metrics.open.inc()

    def sent(self, message: Message) -> None:
        """Take note of a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._first_byte_seconds = time.perf_counter() - self._begun
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))

    def end(self) -> None:
        """Count and log what there was."""
        seconds = time.perf_counter() - self._begun
        status, route = self.status or LEFT, route_of(self._scope)
        begun = seconds if self._first_byte_seconds is None else self._first_byte_seconds
        self._metrics.open.dec()
        self._metrics.answered(self._scope["method"], route, status, begun)
        _log_request(self._scope, route, status, seconds, self._bytes)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, which the router leaves in the scope."""
    if "route" in scope:
        path: str = scope["route"].path
        return path
    # What is mounted (static files) leaves no route, but where it is mounted.
    return f"{scope['root_path']}/*" if "endpoint" in scope and scope.get("root_path") else UNMATCHED


def _log_request(scope: Scope, route: str, status: int, seconds: float, sent_bytes: int) -> None:
    # The router leaves the names it found in the path here: the DAG, run and task that the request is about. What was
    # refused may be anything, line breaks included, so it is shown as it came only. Nobody knows what a query holds.
    found = scope.get("path_params", {}) if status < 400 else {}
    names = {name.removesuffix("_id"): value for name, value in found.items() if name.endswith("_id")}
    level = logging.DEBUG if route in _QUIET or route.endswith("/*") else logging.INFO
    client = scope.get("client")
    _log.log(
        logging.WARNING if status >= 500 else level,
        "request",
        method=scope["method"],
        path=quote(scope["path"]),
        status=status,
        ms=round(seconds * 1000, 1),
        bytes=sent_bytes,
        client=client[0] if client else "",
        **names,
    )

"""The outermost layer: what every answer has in common, whoever gave it.

Plain ASGI, because it is passed by every request and every chunk of a stream.
"""

import logging
import time
from urllib.parse import quote

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penstock_api.errors import internal_error

_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_QUIET_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_log = structlog.get_logger()


class Envelope:
    """Adds the security headers, logs the request, and turns an unforeseen error into a 500 of the usual format."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:  # the last resort: anything else would end the connection without an answer
            _log.exception("unforeseen error", method=scope["method"], path=quote(scope["path"]))
            if status:  # half an answer is out: only breaking off tells the client that it is not whole
                raise
            await internal_error()(scope, receive, send_with_headers)
        finally:
            _log_request(scope, status, time.perf_counter() - begun)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    # The router leaves the names it found in the path here: the DAG, run and task that the request is about. What was
    # refused may be anything, line breaks included, so it is shown as it came only.
    found = scope.get("path_params", {}) if status < 400 else {}
    names = {name.removesuffix("_id"): value for name, value in found.items()}
    level = logging.DEBUG if scope["method"] in _QUIET_METHODS else logging.INFO
    _log.log(
        logging.WARNING if status >= 500 else level,
        "request",
        method=scope["method"],
        path=quote(scope["path"]),
        status=status,
        ms=round(seconds * 1000, 1),
        **names,
    )

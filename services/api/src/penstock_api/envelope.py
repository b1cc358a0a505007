"""The outermost layer: what every answer has in common, whoever gave it.

Plain ASGI, because it is passed by every request and every chunk of a stream.
"""

import re
import secrets
from urllib.parse import quote

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penstock.tracing import Tracer
from penstock_api.access import LEFT, Exchange
from penstock_api.errors import internal_error
from penstock_api.metrics import HttpMetrics
from penstock_api.request_trace import RequestTrace

REQUEST_ID = "x-request-id"

_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)

_log = structlog.get_logger()


class Envelope:
    """Adds headers, names, counts and logs the request, and turns an unforeseen error into a 500 of the usual format.

    A request has the id that its ``X-Request-Id`` gives it, where that is well formed, else a new one. The answer bears
    it, and so does every line that is logged on behalf of the request.
    """

    def __init__(self, app: ASGIApp, metrics: HttpMetrics, tracer: Tracer) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, self._metrics)
        trace = RequestTrace.of(scope, self._tracer)
        request_id = _request_id(scope)
        headers = [*_HEADERS, (REQUEST_ID.encode(), request_id.encode())]

        async def send_with_headers(message: Message) -> None:
            exchange.sent(message)
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id), trace.told():
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception:  # the last resort: anything else would end the connection without an answer
                _log.exception("unforeseen error", method=scope["method"], path=quote(scope["path"]))
                if exchange.status:  # half an answer is out: only breaking off tells the client that it is not whole
                    raise
                await internal_error()(scope, receive, send_with_headers)
            finally:
                exchange.end()
                trace.end(exchange.status or LEFT)


def _request_id(scope: Scope) -> str:
    told = Headers(scope=scope).get(REQUEST_ID, "")
    return told if _WELL_FORMED.fullmatch(told) else secrets.token_hex(8)

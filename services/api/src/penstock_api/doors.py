"""Who may speak to an API that has no accounts: programs, and the pages it served itself; not other web sites.

A web site in a browser on this machine can send requests to loopback. Two of its ways in are shut here: a name of its
own that resolves to loopback (the ``Host`` header tells), and requests across origins (the browser tells).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock_api.answers import error_answer

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Doors:
    """Refuses what other web sites could make a browser send.

    ``host`` is the address the API listens on; only where that is loopback are names checked: elsewhere the
    names under which it is reached are not known here.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._names = _LOOPBACK_NAMES | {host} if is_loopback(host) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._names is not None and _hostname(f"//{host}") not in self._names:
            message = "This API listens on loopback and answers to localhost, 127.0.0.1 and [::1] only."
            return error_answer(421, "misdirected", message)
        if scope["method"] not in _SAFE_METHODS and _crosses_origins(headers, host):
            return error_answer(403, "cross_origin", "Another web site may not change anything here.")
        return None


def _crosses_origins(headers: Headers, host: str) -> bool:
    # What the browser says itself is surer than comparing names, which a proxy in between may have changed.
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != host.lower()


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None

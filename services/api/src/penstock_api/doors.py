"""Who may speak to an API that has no accounts: programs, and the pages it served itself; not other web sites.

A web site in a browser on this machine can send requests to loopback. Two of its ways in are shut here: a name of its
own that resolves to loopback (the ``Host`` header tells), and requests across origins (the browser tells).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.settings import Settings
from penstock_api.answers import error_answer

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Doors:
    """Refuses what other web sites could make a browser send.

    Which names are this API's own is known where it listens on loopback, or is told with ``api_names``; elsewhere
    none is refused.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        told = {name.strip().lower() for name in settings.api_names.split(",")} - {""}
        on_loopback = is_loopback(settings.api_host)
        self._names = _LOOPBACK_NAMES | told | {settings.api_host} if told or on_loopback else None
        # An address is no name that somebody could point elsewhere. On loopback none but its own can be meant.
        self._addresses = not on_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_own(_hostname(f"//{host}")):
            message = f"This API answers to these names only: {', '.join(sorted(self._names or ()))}."
            return error_answer(421, "misdirected", message)
        if scope["method"] not in _SAFE_METHODS and _crosses_origins(headers, host):
            return error_answer(403, "cross_origin", "Another web site may not change anything here.")
        return None

    def _is_own(self, name: str | None) -> bool:
        if self._names is None or name in self._names:
            return True
        return self._addresses and name is not None and _is_address(name)


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


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None

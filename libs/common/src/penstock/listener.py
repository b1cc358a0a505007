"""What a service without an API of its own tells over HTTP: ``/metrics``, ``/healthz`` and ``/readyz``.

Off unless a port is set. It runs in the service's event loop, so that an answer proves that the loop goes round.
"""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import msgspec
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from penstock.errors import CannotListenError, StoreUnavailableError
from penstock.exposition import Exposition
from penstock.settings import Settings
from penstock.store.base import Store
from penstock.store.views import ServerTrouble

READY_SECONDS = 3.0
"""How long the store may take to tell which of its servers are there: those who ask give up soon after."""

STOP_SECONDS = 1
"""How long a scrape under way may hold up the end of the service."""

_log = structlog.get_logger()


class Service(Protocol):
    """What a service knows of its own readiness."""

    def faults(self) -> list[str]:
        """Return in sentences why it cannot do its work at present; nothing when it can."""
        ...

    def unanswered(self) -> list[str]:
        """Return in sentences what the store did not answer it; nothing when it answered all."""
        ...


class Readiness:
    """Whether a service is ready: not before it has begun, and, where some servers are away, for the others."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._store: Store | None = None

    def begin(self, service: Service, store: Store) -> None:
        """Learn that the service has begun, on that store."""
        self._service, self._store = service, store

    async def state(self) -> tuple[list[str], list[ServerTrouble]]:
        """Return why the service is not ready, and which servers it does without at present if it is."""
        if self._service is None or self._store is None:
            return ["The store has not been reached yet."], []
        unanswered = self._service.unanswered()
        if faults := self._service.faults():
            return [*unanswered, *faults], []
        try:
            async with asyncio.timeout(READY_SECONDS):
                degraded = await self._store.degraded()
        except (StoreUnavailableError, TimeoutError):
            return unanswered, []
        return ([] if degraded else unanswered), degraded


@asynccontextmanager
async def listening(settings: Settings, exposition: Exposition, readiness: Readiness) -> AsyncIterator[None]:
    """Answer over HTTP meanwhile, if the settings name a port.

    Raises:
        CannotListenError: the address cannot be listened on; the message says why.
    """
    if settings.metrics_port is None:
        yield
        return
    sockets = _bind(settings.metrics_host, settings.metrics_port)
    server = _Server(
        uvicorn.Config(
            _app(exposition, readiness),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets), name="listener")
    _log.info("metrics are served", host=settings.metrics_host, port=settings.metrics_port)
    if not _is_loopback(settings.metrics_host):
        _log.warning("whoever reaches this address may read the metrics: nobody has to log in")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves the signals to the service."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


def _bind(host: str, port: int) -> list[socket.socket]:
    """Return sockets bound to every address of the host."""
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, protocol)
            bound.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen()
    except OSError as error:
        for one in bound:
            one.close()
        reason = "it is in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error))
        where = f"{host}:{port} (PENSTOCK_METRICS_HOST, PENSTOCK_METRICS_PORT)"
        raise CannotListenError(f"cannot listen on {where} for metrics: {reason}") from error
    return bound


def _app(exposition: Exposition, readiness: Readiness) -> Starlette:
    async def metrics(request: Request) -> Response:
        text, content_type = exposition.encoded(request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": content_type, "Vary": "Accept"})

    async def healthz(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        faults, degraded = await readiness.state()
        if not faults:
            return _json({"status": "ready", "degraded": degraded} if degraded else {"status": "ready"})
        error = {"code": "not_ready", "message": " ".join(faults), "details": []}
        return _json({"error": error}, 503)

    return Starlette(routes=[Route("/metrics", metrics), Route("/healthz", healthz), Route("/readyz", readyz)])


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The API before it has reached its store: it listens, says that it lives, and asks to come again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from penstock.errors import Detail
from penstock.exposition import Exposition
from penstock.settings import Settings
from penstock.store import await_store
from penstock.tracing import NOT_TRACED, Tracer
from penstock_api.answers import answer, error_answer
from penstock_api.app import Api, create_app
from penstock_api.context import Context
from penstock_api.doors import Doors
from penstock_api.envelope import Envelope
from penstock_api.errors import RETRY_AFTER_SECONDS
from penstock_api.metrics import HttpMetrics, StoreAway
from penstock_api.routes.metrics import wants_text
from penstock_api.schemas import Health

_log = structlog.get_logger()


class Front:
    """What a process serves: the API as soon as its store is open, and until then that it is not.

    ``on_failure`` is called when the API has ended by itself; ``raise_failure`` tells why.
    """

    def __init__(self, settings: Settings, tracer: Tracer) -> None:
        self.on_failure: Callable[[], None] = lambda: None
        self._settings = settings
        self._tracer = tracer
        http = HttpMetrics()
        self._exposition = Exposition("api")
        self._exposition.add(http)
        self._waiting = Starlette(
            routes=[Route("/healthz", _healthz), Route("/metrics", self._metrics), Mount("/", _not_yet)],
            middleware=[
                Middleware(Envelope, metrics=http, tracer=NOT_TRACED),
                Middleware(Doors, settings=settings),
            ],
            lifespan=self._lifespan,
        )
        self._api: Api | None = None
        self._ending = asyncio.Event()
        self._failure: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        app = self._waiting if self._api is None or scope["type"] == "lifespan" else self._api
        await app(scope, receive, send)

    def end_streams(self) -> None:
        """End every stream that is open, so that the server can stop."""
        if self._api is not None:
            context = self._api.state.context
            assert isinstance(context, Context)
            context.end_streams()

    def raise_failure(self) -> None:
        """Raise what has ended the API, if something has.

        Raises:
            UnfitServerError: the server must not be used as it is configured.
        """
        if self._failure is not None:
            raise self._failure

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        serving = asyncio.create_task(self._serve(), name="api")
        serving.add_done_callback(self._ended)
        yield
        self._ending.set()
        if self._api is None:
            serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    async def _metrics(self, request: Request) -> Response:
        """Tell Prometheus that the store does not answer, as the API does while it is away; others, to come again."""
        accept = request.headers.get("accept", "")
        if not wants_text(accept):
            return _refusal()
        text, content_type = self._exposition.encoded(accept, StoreAway())
        return Response(text, headers={"Vary": "Accept", "Content-Type": content_type})

    async def _serve(self) -> None:
        store = await await_store(self._settings)
        try:
            api = create_app(store, self._settings, self._tracer)
            async with api.router.lifespan_context(api):
                self._api = api
                _log.info("api started", partitions=store.partitions)
                await self._ending.wait()
        finally:
            await store.close()

    def _ended(self, serving: asyncio.Task[None]) -> None:
        if not serving.cancelled() and (failure := serving.exception()) is not None:
            self._failure = failure
            self.on_failure()


async def _healthz(_request: Request) -> Response:
    return answer(Health("ok"))


async def _not_yet(scope: Scope, receive: Receive, send: Send) -> None:
    await _refusal()(scope, receive, send)


def _refusal() -> Response:
    said = "The store has not been reached yet."
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return error_answer(503, "not_ready", f"{said} Try again.", (Detail("store", said),), headers)

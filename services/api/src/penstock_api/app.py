"""The composition of the API: routes, layers and what they share, around one store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from penstock import __version__
from penstock.settings import Settings
from penstock.store.base import Store
from penstock.tracing import NOT_TRACED, Tracer
from penstock_api.context import Context
from penstock_api.doors import Doors
from penstock_api.envelope import Envelope
from penstock_api.errors import handle_errors
from penstock_api.routes import ROUTERS, dashboard, documentation
from penstock_api.schemas import ANSWERS

COMPRESSED_BYTES = 2048
"""Answers from this size on are compressed, for clients that accept it."""

COMPRESSION = 4
"""Half the effort of the usual level for nearly all of its effect."""

UNCOMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/plain")
"""Text is not: a log that is followed would wait for the compressor's buffer to fill."""

_DESCRIPTION = """Register DAGs, run them, and watch.

An answer of 2xx to a registration or a run means: written, and visible to the next request to any replica, also while
no scheduler is up. Times are RFC 3339, UTC, with milliseconds. Errors are `{"error": {"code", "message", "details"}}`.
"""


class Api(FastAPI):
    """FastAPI with the schemas of our answers, which are msgspec types."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of the API."""
        if self.openapi_schema is None:
            described = super().openapi()
            # FastAPI would promise an error format of its own wherever a route has a parameter.
            for operation in (one for path in described["paths"].values() for one in path.values()):
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
            _, schemas = msgspec.json.schema_components(ANSWERS, ref_template="#/components/schemas/{name}")
            described["components"] = {"schemas": schemas}
        return super().openapi()


def create_app(store: Store, settings: Settings, tracer: Tracer = NOT_TRACED) -> Api:
    """Return the API on a store, which stays the caller's to close."""
    context = Context(store, settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with context.hub.running(), context.sampler.running():
            yield
        context.end_streams()
        await context.close()

    app = Api(
        title="Penstock",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(Envelope, metrics=context.http, tracer=tracer),
            Middleware(Doors, settings=settings),
            Middleware(
                GZipMiddleware,
                minimum_size=COMPRESSED_BYTES,
                compresslevel=COMPRESSION,
                exclude_content_types=UNCOMPRESSED,
            ),
        ],
    )
    app.state.context = context
    handle_errors(app)
    app.mount(dashboard.ASSETS_PATH, dashboard.Assets())  # before the page, which answers every other address
    for router in ROUTERS:
        app.include_router(router)
    app.mount(documentation.ASSETS_PATH, documentation.assets())
    return app

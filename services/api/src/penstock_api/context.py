"""What the routes share, made once per process, and how a route gets it."""

import asyncio
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from penstock.settings import Settings
from penstock.store.base import Store
from penstock_api.figures import FigureReader
from penstock_api.live.hub import LiveHub
from penstock_api.outlines import Outlines
from penstock_api.sampler import Sampler

PARSERS = 2
"""How many definitions are read at the same time: each may take tens of megabytes while it is."""


class Context:
    """The parts of one API process. ``ending`` is set when it stops: streams end then."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.outlines = Outlines(store)
        self.hub = LiveHub(store)
        self.sampler = Sampler(store, self.outlines)
        self.figures = FigureReader(store, self.sampler)
        self.parsing = asyncio.Semaphore(PARSERS)
        self.ending = asyncio.Event()

    def end_streams(self) -> None:
        """End every stream that is open, so that the server can stop."""
        self.ending.set()
        self.hub.end()


async def _of(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


Shared = Annotated[Context, Depends(_of)]
"""The type of a route's parameter that brings the context."""

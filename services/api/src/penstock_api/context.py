"""What the routes share, made once per process, and how a route gets it."""

import asyncio
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from penstock.core.dag import DagSpec, dag_version
from penstock.definition import Format, parse_definition, write_definition
from penstock.exposition import Exposition
from penstock.settings import Settings
from penstock.store.base import Store
from penstock_api.figures import FigureReader
from penstock_api.live.hub import LiveHub
from penstock_api.metrics import HttpMetrics
from penstock_api.outlines import Outlines
from penstock_api.recent_dags import RecentDags
from penstock_api.sampler import Sampler
from penstock_api.task_specs import TaskSpecs

PARSERS = 2
"""How many definitions are read or written at the same time: each may take tens of megabytes while it is."""


class Context:
    """The parts of one API process. ``ending`` is set when it stops: streams end then."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.outlines = Outlines(store)
        self.task_specs = TaskSpecs(store)
        self.recent_dags = RecentDags(store)
        self.hub = LiveHub(store)
        self.sampler = Sampler(store, self.outlines)
        self.figures = FigureReader(store, self.sampler)
        self.http = HttpMetrics()
        self.exposition = Exposition("api")
        self.exposition.add(self.http)
        self._parsing = asyncio.Semaphore(PARSERS)
        self.ending = asyncio.Event()

    async def read_definition(self, data: bytes, written_in: Format) -> tuple[DagSpec, str]:
        """Return the DAG that a text defines, and its version.

        Raises:
            InvalidInputError: it is no sound definition; see :func:`penstock.definition.parse_definition`.
        """
        async with self._parsing:
            # In a thread: the largest definition takes seconds, and health requests must not wait for it.
            return await asyncio.to_thread(_read, data, written_in)

    async def write_definition(self, dag: DagSpec, written_in: Format) -> str:
        """Return a definition as a text to edit."""
        async with self._parsing:
            return await asyncio.to_thread(write_definition, dag, written_in)

    async def close(self) -> None:
        """Break off what is read for many: nobody waits for it any more, and the store is about to be closed."""
        for reader in (self.figures, self.recent_dags, self.hub.run_entries):
            await reader.close()

    def end_streams(self) -> None:
        """End every stream that is open, so that the server can stop."""
        self.ending.set()
        self.hub.end()


def _read(data: bytes, written_in: Format) -> tuple[DagSpec, str]:
    dag = parse_definition(data, written_in)
    return dag, dag_version(dag)


async def _of(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


Shared = Annotated[Context, Depends(_of)]
"""The type of a route's parameter that brings the context."""

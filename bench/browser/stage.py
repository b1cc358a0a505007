"""What the scenes are played on: a deployment, a browser, and runs that were really run."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Browser, Page

from browser.window import opened
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.status import RUN_ENDED
from penstock.ids import new_run_id, partition_of_dag
from suite import shapes
from suite.deployment import Deployment
from suite.history import positions
from suite.measure import measure, request_runs

POLL_SECONDS = 0.05
PAST_DAGS = 40
SERIES = 3
"""So many samples there are before the charts of Home show anything; one comes every five seconds."""
EVENTS_PER_DIAMOND = 18
PAGE = 10_000


class Stage:
    """A deployment and a browser. What a scene shows is run when it is first asked for."""

    def __init__(self, deployment: Deployment, browser: Browser, repeats: int, runs: int) -> None:
        self.deployment = deployment
        self.repeats = repeats
        self._browser = browser
        self._runs = runs
        self._ended: dict[str, list[str]] = {}

    async def prepare(self) -> None:
        """Make the history that every page is opened beside: runs of many DAGs, and some that failed."""
        past = [shapes.dag(f"past-{number}", shapes.independent(1), "async") for number in range(PAST_DAGS)]
        await measure(self.deployment, past, self._runs)
        failing = TaskSpec(id="a", name="a", callable="suite.tasks:fail_async")
        await measure(self.deployment, [DagSpec(id="failing", name="Failing", tasks={"a": failing})], 30)
        async with httpx.AsyncClient(base_url=self.deployment.url, trust_env=False) as http:
            while len((await http.get("/overview")).json()["series"]) < SERIES:
                await asyncio.sleep(POLL_SECONDS)

    @asynccontextmanager
    async def window(self) -> AsyncIterator[Page]:
        """Open a window of its own."""
        async with opened(self._browser) as page:
            yield page

    def url(self, path: str) -> str:
        """Return the address of a page."""
        return self.deployment.url + path

    async def ended_runs(
        self, dag_id: str, tasks: Mapping[str, Sequence[str]], count: int = 1, kind: str | Mapping[str, Any] = "async"
    ) -> list[str]:
        """Return runs of a DAG of these tasks that have ended; run them unless they are there."""
        if dag_id not in self._ended:
            await self.register(shapes.dag(dag_id, tasks, kind))
            runs = [await self.start(dag_id) for _ in range(count)]
            for run_id in runs:
                await self.end(run_id)
            self._ended[dag_id] = runs
        return self._ended[dag_id]

    async def register(self, dag: DagSpec) -> None:
        """Register a DAG."""
        await self.deployment.store.register_dag(dag, dag_version(dag))

    async def start(self, dag_id: str) -> str:
        """Request a run, as the API does; return its id."""
        partition = partition_of_dag(dag_id, self.deployment.size.partitions)
        run_id = new_run_id(partition, time.time_ns() // 1_000_000, secrets.token_bytes(10))
        await self.deployment.store.request_run(dag_id, run_id)
        return run_id

    async def end(self, run_id: str) -> None:
        """Wait until a run has ended."""
        while (view := await self.deployment.store.run(run_id, ())) is None or view.summary.status not in RUN_ENDED:
            await asyncio.sleep(POLL_SECONDS)

    async def cancel(self, run_id: str) -> None:
        """End a run."""
        await self.deployment.store.cancel_run(run_id)
        await self.end(run_id)

    async def events(self, run_id: str) -> list[e.AnyEvent]:
        """Return the events of a run."""
        events: list[e.AnyEvent] = []
        after = 0
        while entries := await self.deployment.store.run_events(run_id, after, PAGE):
            events += [decode_event(entry.data) for entry in entries]
            after = entries[-1].seq
        return events

    async def seqs(self) -> int:
        """Return how many events there are in all logs."""
        return sum((await positions(self.deployment.store, self.deployment.size.partitions)).values())

    @asynccontextmanager
    async def busy(self, events_per_second: float) -> AsyncIterator[None]:
        """Let so many events arrive in every second meanwhile, of short runs of several DAGs."""
        if not events_per_second:
            yield
            return
        dags = [shapes.dag(f"busy-{number}", shapes.diamond(), "async") for number in range(16)]
        await request_runs(self.deployment, dags, len(dags))
        load = asyncio.create_task(self._keep_busy([dag.id for dag in dags], EVENTS_PER_DIAMOND / events_per_second))
        try:
            yield
        finally:
            load.cancel()
            await asyncio.gather(load, return_exceptions=True)

    async def _keep_busy(self, dags: Sequence[str], pause: float) -> None:
        due = time.monotonic()
        number = 0
        while True:
            await self.start(dags[number % len(dags)])
            number += 1
            due += pause
            await asyncio.sleep(max(0.0, due - time.monotonic()))

"""The whole stack on one machine: embedded server, API, scheduler and workers, started and stopped together.

The services are told everything by environment variables: the server's address holds a password, and what is on a
command line is visible to every user of the machine. Order of the end: workers first, so that what they run can
still be reported; then the API and the scheduler; then the server. What dies meanwhile is started again.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx
import structlog

from penstock.embedded import EmbeddedServer
from penstock.errors import PenstockError
from penstock.settings import Settings
from penstock.store import open_store
from penstock_cli.address import announce, announced, check_port, url_of, withdraw
from penstock_cli.child import LONGEST_RESTART_SECONDS, Child, Service

READY_SECONDS = 60.0
"""How long the API may take to be able to serve; loading the server's data is not counted."""
SERVICE_GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.02
_SERVER_POLL_SECONDS = 0.25

_log = structlog.stdlib.get_logger(__name__)


class StackError(PenstockError):
    """The stack did not come up; the message says which part and how it ended."""


class Stack:
    """One deployment on this machine; also an async context manager around start and stop.

    Args:
        settings: a server named in them is used; without one the embedded server is started.
        workers: how many worker processes.
        output: the descriptor that takes the logs of the services; None passes on this process's streams.
    """

    def __init__(self, settings: Settings, *, workers: int = 1, output: int | None = None) -> None:
        self._settings = settings
        self._workers = workers
        self._output = output
        own = "redis_url" not in settings.model_fields_set
        self._server = EmbeddedServer(settings.data_dir) if own else None
        self._core: list[Child] = []
        self._pool: list[Child] = []
        self._keeping: asyncio.Task[None] | None = None
        self.url = url_of(settings.api_host, settings.api_port)
        """Where the API is."""
        self.hurry = asyncio.Event()
        """Set it to cut short every grace of the stop."""

    async def start(self) -> None:
        """Start everything; return when the API is able to serve.

        Raises:
            PortTakenError: the API could not listen.
            DataDirectoryInUseError: another stack runs on the data directory.
            EmbeddedServerError: the server did not come up.
            StoreUnavailableError: the server that the settings name does not answer.
            UnfitServerError: it must not be used as it is configured.
            StackError: a stack is up already, or a service did not come up.
        """
        if self._server is not None and (url := announced(self._settings.data_dir)):
            raise StackError(f"a Penstock is up already at {url}, with its data in {self._settings.data_dir}")
        check_port(self._settings.api_host, self._settings.api_port)
        if self._server is not None:
            await self._server.start_async()
        else:
            # One clear error now is better than one from each service.
            await (await open_store(self._settings)).close()
        env = self._environment()
        self._core = [Child(service, env, self._output) for service in _core_services()]
        self._pool = [Child(service, env, self._output) for service in self._worker_services()]
        for child in (*self._core, *self._pool):
            await child.start()
        await self._until_ready()
        for child in (*self._core, *self._pool):
            child.keep_alive()
        if self._server is not None:
            self._keeping = asyncio.create_task(_keep_running(self._server))
            announce(self._settings.data_dir, self.url)

    async def stop(self) -> None:
        """End everything, in order; return when all of it is gone. Harmless when nothing runs."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await asyncio.gather(*(child.stop(self.hurry) for child in self._pool))
        await asyncio.gather(*(child.stop(self.hurry) for child in self._core))
        if self._server is not None:
            if self._server.running:
                withdraw(self._settings.data_dir)
            await asyncio.to_thread(self._server.stop)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:  # whatever the cause, cancellation included: leave no process behind
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _worker_services(self) -> list[Service]:
        # Draining, then killing what still runs, then reporting it.
        grace = self._settings.drain_grace_seconds + self._settings.kill_grace_seconds + SERVICE_GRACE_SECONDS
        return [Service(f"worker {number}", "penstock_worker", grace) for number in range(1, self._workers + 1)]

    def _environment(self) -> Mapping[str, str]:
        own = {"redis_url", "metrics_port"}
        settings = {f"PENSTOCK_{name.upper()}": str(value) for name, value in self._settings if name not in own}
        url = self._settings.redis_url if self._server is None else self._server.redis_url
        # One port cannot be that of several processes: here none of them listens for its metrics.
        return os.environ | settings | {"PENSTOCK_REDIS_URL": url, "PENSTOCK_METRICS_PORT": ""}

    async def _until_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        # trust_env: a proxy for the outside world has no business with this machine's own services.
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            while not await _ready(client):
                _refuse_ended([*self._core, *self._pool])
                if asyncio.get_running_loop().time() > deadline:
                    raise StackError(f"the API at {self.url} is not ready after {READY_SECONDS:.0f} s")
                await asyncio.sleep(_POLL_SECONDS)


def _core_services() -> list[Service]:
    return [
        Service("api", "penstock_api", SERVICE_GRACE_SECONDS),
        Service("scheduler", "penstock_scheduler", SERVICE_GRACE_SECONDS),
    ]


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:  # not listening yet
        return False


def _refuse_ended(children: Sequence[Child]) -> None:
    for child in children:
        if child.how_it_ended:
            raise StackError(f"the {child.service.name} ended while starting ({child.how_it_ended}): see its log")


async def _keep_running(server: EmbeddedServer) -> None:
    """Start the server again when it dies: its port, its password and its data stay the same."""
    while True:
        await asyncio.sleep(_SERVER_POLL_SECONDS)
        if server.running:
            continue
        _log.warning("the embedded server ended: starting it again")
        try:
            await server.start_async()
        except PenstockError as error:
            _log.error("the embedded server does not start", error=str(error))
            await asyncio.sleep(LONGEST_RESTART_SECONDS)

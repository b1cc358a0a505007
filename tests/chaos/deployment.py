"""A whole deployment of real processes: a server that syncs every write, and services that reach it through links."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from chaos.netns import Namespace
from chaos.proxy import Link
from chaos.service import Service
from penstock.embedded import EmbeddedServer, embedded_server
from penstock.store.base import Store
from penstock.store.valkey import open_valkey

APIS = ("api-0", "api-1")
SCHEDULERS = ("scheduler-0", "scheduler-1", "scheduler-2")
WORKERS = ("worker-0", "worker-1", "worker-2", "worker-3")
PARTITIONS = 6
PREFIX = "chaos"

SCHEDULER_LEASE_SECONDS = 2.0
WORKER_LEASE_SECONDS = 3.0

START_SECONDS = 60.0
"""How long services may take to start, all at once on a busy machine."""

_COMMON = {
    "PENSTOCK_KEY_PREFIX": PREFIX,
    "PENSTOCK_PARTITIONS": str(PARTITIONS),
    "PENSTOCK_WORKER_SLOTS": "16",
    "PENSTOCK_KILL_GRACE_SECONDS": "1",
    "PENSTOCK_DRAIN_GRACE_SECONDS": "5",
    "PENSTOCK_LOG_FORMAT": "json",
}
_SHORT_LEASES = {
    "PENSTOCK_SCHEDULER_LEASE_SECONDS": str(SCHEDULER_LEASE_SECONDS),
    "PENSTOCK_WORKER_LEASE_SECONDS": str(WORKER_LEASE_SECONDS),
}
_MODULES = {"api": "penstock_api", "scheduler": "penstock_scheduler", "worker": "penstock_worker"}
_TESTS = Path(__file__).parent.parent


class Deployment(msgspec.Struct):
    """What can be broken. ``links`` lead from each service to the server, ``doors`` from the client to each API.

    Schedulers and workers have networks of their own where this process can make some; else ``networks`` is empty and
    ``no_networks`` says why.
    """

    server: EmbeddedServer
    services: dict[str, Service]
    links: dict[str, Link]
    doors: dict[str, Link]
    networks: dict[str, Namespace]
    no_networks: str
    admin: Redis

    async def up(self) -> None:
        """Wait until every service has started.

        Raises:
            TimeoutError: one does not.
        """
        async with asyncio.timeout(START_SECONDS):
            while not all(service.started for service in self.services.values()):
                await asyncio.sleep(0.05)

    async def heal(self) -> None:
        """End every fault of the network and let frozen processes go on."""
        for link in (*self.links.values(), *self.doors.values()):
            link.heal()
        for service in self.services.values():
            service.signal(signal.SIGCONT)
        for network in self.networks.values():
            await asyncio.to_thread(network.plug)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Open the store directly, past all links."""
        store = await open_valkey(self.server.redis_url, prefix=PREFIX, partitions=PARTITIONS)
        try:
            yield store
        finally:
            await store.close()

    async def end(self) -> None:
        """Stop all services in an orderly way."""
        await asyncio.gather(*(service.end() for service in self.services.values()))


@asynccontextmanager
async def deployed(folder: Path, chance: random.Random, *, short_leases: bool) -> AsyncIterator[Deployment]:
    """Start a deployment with its data and logs in ``folder``; whatever happens, no process of it is left.

    Leases are those of this module where ``short_leases`` is true, so that a minute has room for many; else the usual.
    """
    common = _COMMON | (_SHORT_LEASES if short_leases else {})
    async with AsyncExitStack() as stack:
        port = _steady_port()
        server = await stack.enter_async_context(embedded_server(folder / "data", port=port))
        password = urlsplit(server.redis_url).password
        admin = Redis.from_url(server.redis_url, socket_timeout=20, retry=Retry(NoBackoff(), 1))
        stack.push_async_callback(admin.aclose)
        deployment = Deployment(server, {}, {}, {}, *_networks(stack), admin)
        for name in (*APIS, *SCHEDULERS, *WORKERS):
            network = deployment.networks.get(name)
            link = deployment.links[name] = await _link(stack, port, chance, network)
            settings = {**common, "PENSTOCK_REDIS_URL": f"redis://:{password}@127.0.0.1:{link.port}/0"}
            if name in APIS:
                api_port = _steady_port()
                deployment.doors[name] = await _link(stack, api_port, chance)
                settings["PENSTOCK_API_PORT"] = str(api_port)
            command = [sys.executable, "-P", "-m", _MODULES[name.partition("-")[0]]]
            service = Service(name, network.inside(command) if network else command, _environment(settings), folder)
            stack.push_async_callback(service.abandon)
            deployment.services[name] = service
            await service.start()
        await deployment.up()
        yield deployment


def _steady_port() -> int:
    """Return a free port that the kernel gives to no outgoing connection: it stays free while its owner is dead."""
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.SystemRandom().randrange(first_outgoing // 2, first_outgoing)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _networks(stack: AsyncExitStack) -> tuple[dict[str, Namespace], str]:
    """Return the networks by whom they are for; where there can be none, why."""
    networks = {}
    for name in (*SCHEDULERS, *WORKERS):
        try:
            networks[name] = Namespace()
        except OSError as error:  # not root, or on a machine without the tools
            return {}, str(error)
        stack.callback(networks[name].close)
    return networks, ""


async def _link(stack: AsyncExitStack, port: int, chance: random.Random, network: Namespace | None = None) -> Link:
    link = Link(port, random.Random(chance.random()))
    await link.open(network.listen() if network else None)
    stack.push_async_callback(link.close)
    return link


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    # The callables of the tasks are in this package.
    path = [str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | settings | {"PYTHONPATH": os.pathsep.join(path)}

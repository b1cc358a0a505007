"""Which server a command goes to. Everything above deals with keys; only what stands here knows of several servers."""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from penstock.server_address import parse_address
from penstock.store.valkey.cluster import Cluster
from penstock.store.valkey.node import Command, Node
from penstock.store.valkey.sentinel import Sentinels


class Topology(Protocol):
    """The servers of a deployment."""

    several: bool
    """Whether there may be more than one that takes writes."""

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """Send each command to the server of its key, in as few round trips as there are servers.

        Returns the answers in the order of the commands; an error that a server answers is an answer.

        Raises:
            One of ``node.BROKEN``: an outcome is unknown, for those commands at least that went to the same server.
        """
        ...

    async def primaries(self) -> list[Node]:
        """Return every server that takes writes."""
        ...

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """Return the keys so that those in one list may stand in one command."""
        ...

    def server_of(self, key: str) -> str:
        """Return a name for the server that holds the key, or held it last: its clock counts. Empty at first."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Single:
    """One server, which is always the same."""

    several = False

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._node = Node(url, parts.netloc.rpartition("@")[2] or parts.path)

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """See :class:`Topology`."""
        return await self._node.exchange(commands, blocking=blocking)

    async def primaries(self) -> list[Node]:
        """See :class:`Topology`."""
        return [self._node]

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """See :class:`Topology`."""
        return [list(keys)]

    def server_of(self, _key: str) -> str:
        """See :class:`Topology`."""
        return self._node.address

    async def close(self) -> None:
        """See :class:`Topology`."""
        await self._node.close()


def topology_of(url: str) -> Topology:
    """Return what the address names. No connection is made yet.

    Raises:
        ValueError: the address is none.
    """
    address = parse_address(url)
    if address.kind == "cluster":
        return Cluster(address)
    if address.kind == "sentinel":
        return Sentinels(address)
    return Single(url)

"""One primary with replicas, and Sentinels that know which of them is the primary by now.

The client's own Sentinel class is not used: it repeats itself, and hides from us that a Sentinel wants a password.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import AuthenticationError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.server_address import ServerAddress
from penstock.store.valkey.node import BROKEN, Command, Node

_SENTINEL_SECONDS = 2.0
"""How long a Sentinel may take to answer, before another one is asked."""


class Sentinels:
    """See :class:`penstock.store.valkey.topology.Topology`. The primary is asked for anew after whatever went wrong."""

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        self._nodes: dict[tuple[str, int], Node] = {}
        self._primary: Node | None = None
        self._asking = asyncio.Lock()

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        node = await self._node()
        try:
            answers = await node.exchange(commands, blocking=blocking)
        except BROKEN:
            self._forget(node)
            raise
        if any(isinstance(answer, ReadOnlyError) for answer in answers):
            self._forget(node)
        return answers

    async def primaries(self) -> list[Node]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        return [await self._node()]

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        return [list(keys)]

    def server_of(self, _key: str) -> str:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        return self._primary.address if self._primary else ""

    async def close(self) -> None:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        for node in self._nodes.values():
            await node.close()

    def _forget(self, node: Node) -> None:
        if self._primary is node:
            self._primary = None

    async def _node(self) -> Node:
        if self._primary is None:
            async with self._asking:
                if self._primary is None:
                    self._primary = self._known(*await self._discover())
        return self._primary

    def _known(self, host: str, port: int) -> Node:
        node = self._nodes.get((host, port))
        if node is None:
            node = Node(self._address.url_of(host, port), f"{host}:{port}")
            self._nodes[host, port] = node
        return node

    async def _discover(self) -> tuple[str, int]:
        """Ask the Sentinels one after the other for the primary.

        Raises:
            RedisConnectionError: none of them tells.
        """
        failures = []
        for host, port in self._address.hosts:
            try:
                answer = await self._asked(host, port)
            except (*BROKEN, TimeoutError) as error:
                failures.append(f"{host}:{port}: {str(error) or 'it does not answer in time'}")
            else:
                if isinstance(answer, list):
                    return answer[0].decode(), int(answer[1])
                failures.append(f"{host}:{port}: {answer or f'it does not know {self._address.service!r}'}")
        raise RedisConnectionError(f"no Sentinel tells where the primary is ({'; '.join(failures)})")

    async def _asked(self, host: str, port: int) -> list[bytes] | RedisError | None:
        """Ask one Sentinel. One that wants to know who asks is told what the servers are told."""
        answer = await self._ask(host, port, credentials=False)
        if self._address.credentials and isinstance(answer, AuthenticationError):
            answer = await self._ask(host, port, credentials=True)
        return answer

    async def _ask(self, host: str, port: int, *, credentials: bool) -> list[bytes] | RedisError | None:
        url = self._address.url_of_sentinel(host, port, credentials=credentials)
        sentinel = Node(url, f"{host}:{port}")
        command = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.service)
        try:
            async with asyncio.timeout(_SENTINEL_SECONDS):
                (answer,) = await sentinel.exchange([command])
        except AuthenticationError as error:
            return error
        finally:
            await sentinel.close()
        assert answer is None or isinstance(answer, list | ResponseError)
        return answer

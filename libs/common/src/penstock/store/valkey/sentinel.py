"""One primary with replicas, and Sentinels that know which of them is the primary by now.

The client's own Sentinel class is not used: it repeats itself, and hides from us that a Sentinel wants a password.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import AuthenticationError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.server_address import ServerAddress
from penstock.sharing import SharedRead
from penstock.store.valkey.node import BROKEN, Command, Node

_SENTINEL_SECONDS = 2.0
"""How long a Sentinel may take to answer, before another one is asked."""


class Sentinels:
    """See :class:`penstock.store.valkey.topology.Topology`. The primary is asked for anew after whatever went wrong."""

    several = False

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        self._nodes: dict[tuple[str, int], Node] = {}
        self._primary: Node | None = None
        self._name = ""
        self._next = 0
        self._discovery = SharedRead[Node]()

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        node = await self._node()
        try:
            answers = await node.exchange(commands, blocking=blocking)
        except BROKEN:
            self._forget(node)
            raise
        except asyncio.CancelledError:
            # Who gives up has waited for longer than he can: perhaps another server has taken over. That a read ends
            # which was to wait says nothing.
            if not blocking:
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
        return self._name

    async def close(self) -> None:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        await self._discovery.close()
        for node in self._nodes.values():
            await node.close()

    def _forget(self, node: Node) -> None:
        if self._primary is node:
            self._primary = None

    async def _node(self) -> Node:
        if self._primary is not None:
            return self._primary
        return await self._discovery.join(self._discover)

    def _known(self, host: str, port: int) -> Node:
        node = self._nodes.get((host, port))
        if node is None:
            node = Node(self._address.url_of(host, port), f"{host}:{port}")
            self._nodes[host, port] = node
        return node

    async def _discover(self) -> Node:
        """Ask the Sentinels one after the other for the primary, beginning behind the one whose word was taken last.

        A Sentinel that is cut off from the others goes on naming a server that has been replaced.

        Raises:
            RedisConnectionError: none of them tells.
        """
        failures = []
        hosts = self._address.hosts
        for number in range(self._next, self._next + len(hosts)):
            host, port = hosts[number % len(hosts)]
            try:
                answer = await self._asked(host, port)
                if isinstance(answer, list):
                    node = self._known(answer[0].decode(), int(answer[1]))
                    await _check_role(node)
                    self._primary, self._name, self._next = node, node.address, number + 1
                    return node
            except (*BROKEN, TimeoutError) as error:
                failures.append(f"{host}:{port}: {str(error) or 'it does not answer in time'}")
            else:
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


async def _check_role(node: Node) -> None:
    """Ask the server that a Sentinel has named.

    Raises:
        RedisConnectionError: it is no primary, or it cannot be reached.
    """
    try:
        async with asyncio.timeout(_SENTINEL_SECONDS):
            (answer,) = await node.exchange([("ROLE",)])
    except TimeoutError as error:
        raise RedisConnectionError(f"{node.address}, which it names, does not answer in time") from error
    except BROKEN as error:
        raise RedisConnectionError(f"{node.address}, which it names: {error}") from error
    # Who may not ask finds out by the first write: a replica refuses it.
    if isinstance(answer, list) and answer[0] != b"master":
        raise RedisConnectionError(f"{node.address}, which it names, is not the primary")

"""A Cluster of Redis or Valkey: each slot has a primary, and both may change at any time.

The client's own cluster class is not used. It sends a command again whose outcome is unknown, closes the connections
of all nodes (also those in use) when one slot has moved, and sends ``ASKING`` on any connection. Here a command is sent
again only where a node has answered that it was not executed: ``MOVED``, ``ASK``, ``TRYAGAIN``.

While a slot is being moved key by key, a script is not sent to where a part of its keys may be: it could find keys
missing that are still on their way. The partition waits until it is whole again.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

from redis.crc import REDIS_CLUSTER_HASH_SLOTS
from redis.exceptions import AskError, ClusterDownError, MovedError, ResponseError, TryAgainError
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.server_address import ServerAddress
from penstock.sharing import SharedRead
from penstock.store.valkey.node import BROKEN, Command, Node
from penstock.store.valkey.routing import is_script, key_of, slot_of

MOVING_SECONDS = 1.0
"""How long a command waits for a slot that is being moved, before the store counts as unavailable."""
_MAP_SECONDS = 1.0
"""How long a node may take to tell the map of the slots, before another one is asked."""
_NOT_HERE = "Script attempted to access a non local key"


class Cluster:
    """See :class:`penstock.store.valkey.topology.Topology`."""

    several = True

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        self._nodes: dict[tuple[str, int], Node] = {}
        self._primaries: dict[Node, None] = {}
        self._slots: list[Node | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._names = [""] * REDIS_CLUSTER_HASH_SLOTS
        self._silent: set[Node] = set()
        self._stale = True
        self._learning = SharedRead[None]()

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        answers: list[Any] = [None] * len(commands)
        left: Sequence[int] = range(len(commands))
        clock = asyncio.get_running_loop().time
        end, pause = 0.0, 0.0
        while True:
            said = await self._send({place: commands[place] for place in left}, blocking=blocking)
            said |= await self._ask(said, commands, blocking=blocking)
            for place, answer in said.items():
                answers[place] = answer
            left = [place for place, answer in said.items() if _not_executed(answer)]
            self._stale = self._stale or any(isinstance(said[place], MovedError) for place in left)
            end = end or clock() + MOVING_SECONDS  # from the first refusal on: until then it may have been blocked
            if not left:
                return answers
            if clock() >= end:
                for place in left:
                    answers[place] = TryAgainError("a slot of the cluster is being moved")
                return answers
            await asyncio.sleep(pause)
            pause = min(0.2, 2 * pause or 0.01)

    async def _send(self, commands: Mapping[int, Command], *, blocking: bool) -> dict[int, Any]:
        """Send commands to their nodes at the same time; return the answers by place."""
        parts: dict[Node, list[int]] = {}
        for place, command in commands.items():
            parts.setdefault(await self._node(key_of(command)), []).append(place)
        sent = [
            self._exchange(node, [commands[place] for place in places], blocking=blocking)
            for node, places in parts.items()
        ]
        if len(sent) == 1:
            told: list[Any] = [await sent[0]]
        else:
            # All of them to the end: an exchange that is broken off has an unknown outcome.
            told = await asyncio.gather(*sent, return_exceptions=True)
            for one in told:
                if isinstance(one, BaseException):
                    raise one
        return {
            place: answer
            for places, answers in zip(parts.values(), told, strict=True)
            for place, answer in zip(places, answers, strict=True)
        }

    async def _exchange(self, node: Node, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        try:
            answers = await node.exchange(commands, blocking=blocking)
        except BROKEN:
            self._doubt(node)
            raise
        except asyncio.CancelledError:
            # Who gives up has waited for longer than he can: perhaps another server has taken over. That a read ends
            # which was to wait says nothing.
            if not blocking:
                self._doubt(node)
            raise
        self._stale = self._stale or any(isinstance(answer, ClusterDownError) for answer in answers)
        return answers

    def _doubt(self, node: Node) -> None:
        self._stale = True
        self._silent.add(node)

    async def _ask(self, said: Mapping[int, Any], commands: Sequence[Command], *, blocking: bool) -> dict[int, Any]:
        """Send commands to where their keys were moved: only in the same breath as ``ASKING`` will a node take them.

        Returns the answers by place, of those commands that were told to ask.
        """
        parts: dict[Node, list[int]] = {}
        for place, answer in said.items():
            if _is_ask(answer) and not is_script(commands[place]):
                parts.setdefault(self._known(answer.host, answer.port), []).append(place)
        answers: dict[int, Any] = {}
        for node, places in parts.items():
            pairs = [part for place in places for part in (("ASKING",), commands[place])]
            asked = await self._exchange(node, pairs, blocking=blocking)
            answers.update(zip(places, asked[1::2], strict=True))
        return answers

    async def primaries(self) -> list[Node]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        # The map is not said to be stale: whoever knows from it where to go need not wait for a newer one.
        await self._learning.join(self._learn)
        return list(self._primaries)

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        found: dict[int, list[str]] = {}
        for key in keys:
            found.setdefault(slot_of(key), []).append(key)
        return list(found.values())

    def server_of(self, key: str) -> str:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        return self._names[slot_of(key)]

    async def close(self) -> None:
        """See :class:`penstock.store.valkey.topology.Topology`."""
        await self._learning.close()
        for node in self._nodes.values():
            await node.close()

    async def _node(self, key: str) -> Node:
        if self._stale:
            await self._learning.join(self._learn)
        node = self._slots[slot_of(key)]
        if node is None:
            self._stale = True
            raise RedisConnectionError(f"no node of the cluster serves slot {slot_of(key)}")
        return node

    def _known(self, host: str, port: int) -> Node:
        node = self._nodes.get((host, port))
        if node is None:
            node = Node(self._address.url_of(host, port), f"{host}:{port}")
            self._nodes[host, port] = node
        return node

    async def _learn(self) -> None:
        """Ask the nodes one after the other for the map of the slots.

        Those that failed last time come last; else it is another order each time, for one may be behind.
        """
        places = list(dict.fromkeys([*self._nodes, *self._address.hosts]))
        random.shuffle(places)
        places.sort(key=lambda place: self._nodes.get(place) in self._silent)
        failure: BaseException | None = None
        for host, port in places:
            node = self._known(host, port)
            try:
                async with asyncio.timeout(_MAP_SECONDS):
                    (answer,) = await node.exchange([("CLUSTER", "SLOTS")])
            except (*BROKEN, TimeoutError) as error:
                self._silent.add(node)
                failure = error
                continue
            self._silent.discard(node)
            if isinstance(answer, ResponseError):
                raise answer
            if answer:
                await self._remember(answer, host)
                return
        raise RedisConnectionError(f"no node of the cluster tells its slots: {failure or 'none are assigned'}")

    async def _remember(self, ranges: Sequence[Any], host: str) -> None:
        """Learn the map that ``host`` has told: of each range its first and last slot, its primary and replicas."""
        slots: list[Node | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        primaries: dict[Node, None] = {}
        there = set()
        for first, last, *members in ranges:
            # A node that does not know under which name others see it tells none: its own is the one it was asked by.
            places = [((name or b"").decode() or host, int(port)) for name, port, *_ in members]
            there.update(places)
            node = self._known(*places[0])
            primaries[node] = None
            slots[first : last + 1] = [node] * (last + 1 - first)
            self._names[first : last + 1] = [node.address] * (last + 1 - first)
        self._slots, self._primaries, self._stale = slots, primaries, False
        for place in [place for place, node in self._nodes.items() if place not in there and not node.busy]:
            gone = self._nodes.pop(place)
            self._silent.discard(gone)
            await gone.close()


def _is_ask(answer: object) -> bool:
    # To the client ``MOVED`` is a kind of ``ASK``; but it is for good, and the map is out of date.
    return isinstance(answer, AskError) and not isinstance(answer, MovedError)


def _not_executed(answer: object) -> bool:
    """Return whether an answer says that the command may be sent again: nothing has been done."""
    if isinstance(answer, MovedError | AskError | TryAgainError):
        return True
    # A script reads of each key what it is before it writes the first one.
    return isinstance(answer, ResponseError) and _NOT_HERE in str(answer)

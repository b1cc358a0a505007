"""A look at every server that takes writes: how it is configured, whether it takes what it is told, or is away."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError, ResponseError

from penstock.errors import StoreUnavailableError
from penstock.store import views as v
from penstock.store.valkey.connection import Connection, script
from penstock.store.valkey.node import Node
from penstock.store.valkey.preflight import UNKNOWN, parse_settings, refusal
from penstock.store.valkey.reads import text_fields
from penstock.together import together

ANSWER_SECONDS = 1.5
"""How long one of several servers may be silent before it counts as away; whoever probes a service gives up soon."""

SILENT = "it does not answer"


class Seen(NamedTuple):
    """What a server has answered: its settings, if it told them, and why it refuses writes, empty if it takes them."""

    server: str
    settings: v.ServerSettings | None
    refusal: str
    answers: bool


async def survey(connection: Connection) -> list[Seen]:
    """Look at every server that takes writes, at all of them at the same time.

    Raises:
        StoreUnavailableError: there is one, or is said to be, and it does not answer; or nobody says which there are.
    """
    return await look_at(connection, await connection.ask(connection.topology.primaries))


async def look_at(connection: Connection, nodes: Sequence[Node]) -> list[Seen]:
    """Look at servers, at all of them at the same time.

    Raises:
        StoreUnavailableError: there is one, and it does not answer.
    """
    if len(nodes) == 1:
        return [await connection.ask(partial(_seen, nodes[0]))]
    return list(await together(*(_one_of_several(connection, node) for node in nodes)))


def settings_of(seen: Sequence[Seen]) -> list[v.ServerSettings]:
    """Return the settings of those servers that told them.

    Raises:
        StoreUnavailableError: none did.
    """
    told = [one.settings for one in seen if one.settings is not None]
    if not told:
        said = "; ".join(f"{one.server}: {one.refusal}" for one in seen)
        raise StoreUnavailableError(f"The store does not answer: {said}")
    return told


def refusal_in(error: StoreUnavailableError) -> str | None:
    """Return why a server that does answer refuses what it was asked for; None if it was not heard at all."""
    cause = error.__cause__
    return refusal(cause) if isinstance(cause, ResponseError | BusyLoadingError | AuthenticationError) else None


async def _one_of_several(connection: Connection, node: Node) -> Seen:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await connection.ask(partial(_seen, node))
    except TimeoutError:
        said = None
    except StoreUnavailableError as error:
        said = refusal_in(error)
    return Seen(node.address, None, said or SILENT, said is not None)


async def _seen(node: Node) -> Seen:
    probe = ("EVAL", script("probe").source, 0)
    info, told, probed = await node.exchange([("INFO",), ("CONFIG", "GET", "appendfsync"), probe])
    if isinstance(info, Exception):
        raise info
    # Many who run servers for others forbid CONFIG or take it away.
    found = {} if isinstance(told, Exception) else text_fields(told)
    settings = parse_settings(info, found.get("appendfsync", UNKNOWN.encode()).decode(), node.address)
    return Seen(node.address, settings, refusal(probed) if isinstance(probed, RedisError) else "", True)

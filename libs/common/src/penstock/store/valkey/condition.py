"""Whether a deployment can be used: all of it, a part of it while a server is away, or nothing."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from penstock.errors import StoreUnavailableError
from penstock.store import views as v
from penstock.store.valkey.connection import LOST, Connection, emptied
from penstock.store.valkey.preflight import stopped, unfit
from penstock.store.valkey.survey import ANSWER_SECONDS, SILENT, Seen, look_at, refusal_in
from penstock.together import together

_UNSERVED = "it serves slots of this deployment no longer, and no other server does"


class _Found(NamedTuple):
    """What is wrong with a server at present, and whether what it holds can be read all the same."""

    said: list[str]
    readable: bool


async def condition(connection: Connection) -> v.Condition:
    """Return what is wrong with the servers, lasting or for the moment.

    Raises:
        StoreUnavailableError: no server answers.
    """
    try:
        nodes = await connection.ask(connection.topology.primaries)
        several = len(nodes) > 1
        # Before anything else is awaited: while the servers are looked at another one may take the place of one.
        held = _held(connection) if several else {nodes[0].address: list(range(connection.partitions))}
        seen = await look_at(connection, nodes)
        looks = await together(*(_found(connection, one, held.get(one.server, []), several) for one in seen))
    except StoreUnavailableError as error:
        said = refusal_in(error)
        if said is None:
            raise
        return v.Condition([said])
    found = {server: _Found([_UNSERVED], readable=False) for server in held.keys() - {one.server for one in seen}}
    found |= {one.server: look for one, look in zip(seen, looks, strict=True) if look.said}
    faults = [(one.server, fault) for one in seen if one.settings for fault in unfit(one.settings)]
    if held.keys() <= found.keys():
        # Nothing is left that could be served.
        faults += [(server, message) for server, (messages, _) in found.items() for message in messages]
        found = {}
    return v.Condition(
        [f"{server}: {fault}" if several else fault for server, fault in faults],
        [
            v.ServerTrouble(server, "; ".join(said), readable, held.get(server, []))
            for server, (said, readable) in found.items()
        ],
    )


async def _found(connection: Connection, seen: Seen, partitions: Sequence[int], several: bool) -> _Found:
    """Return why a server that holds the partitions cannot be used at present; nothing when it can."""
    said = stopped(seen.settings) if seen.settings else []
    if seen.refusal:
        said.append(seen.refusal)
    if not seen.answers or (said and not several):
        return _Found(said, readable=False)
    unread = await _unread(connection, partitions, several)
    return _Found(said or ([unread] if unread else []), readable=not unread)


async def _unread(connection: Connection, partitions: Sequence[int], several: bool) -> str:
    """Return why what is kept of the partitions cannot be read; empty when it can."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS if several else None):
            lost = await connection.absent(*partitions)
    except TimeoutError:
        return SILENT
    except StoreUnavailableError as error:
        if not several:
            raise
        return refusal_in(error) or SILENT
    return str(emptied(LOST)) if lost else ""


def _held(connection: Connection) -> dict[str, list[int]]:
    """Return the partitions that each server holds."""
    held: dict[str, list[int]] = {}
    for partition, keys in enumerate(connection.keys):
        held.setdefault(connection.topology.server_of(keys.head), []).append(partition)
    return held

"""Whether a deployment can be used: all of it, a part of it while a server is away, or nothing."""

import asyncio
from collections.abc import Sequence

from penstock.errors import StoreUnavailableError
from penstock.store import views as v
from penstock.store.valkey.connection import LOST, Connection, emptied
from penstock.store.valkey.preflight import stopped, unfit
from penstock.store.valkey.survey import ANSWER_SECONDS, SILENT, Seen, refusal_in, survey
from penstock.together import together

_UNSERVED = "it serves slots of this deployment no longer, and no other server does"


async def condition(connection: Connection) -> v.Condition:
    """Return what is wrong with the servers, lasting or for the moment.

    Raises:
        StoreUnavailableError: no server answers.
    """
    try:
        seen = await survey(connection)
        several = len(seen) > 1
        held = _held(connection) if several else {seen[0].server: list(range(connection.partitions))}
        found = await together(*(_trouble(connection, one, held.get(one.server, []), several) for one in seen))
    except StoreUnavailableError as error:
        said = refusal_in(error)
        if said is None:
            raise
        return v.Condition([said])
    troubles = {server: [_UNSERVED] for server in held.keys() - {one.server for one in seen}}
    troubles |= {one.server: trouble for one, trouble in zip(seen, found, strict=True) if trouble}
    faults = [(one.server, fault) for one in seen if one.settings for fault in unfit(one.settings)]
    if held.keys() <= troubles.keys():
        # Nothing is left that could be served.
        faults += [(server, message) for server, messages in troubles.items() for message in messages]
        troubles = {}
    return v.Condition(
        [f"{server}: {fault}" if several else fault for server, fault in faults],
        [
            v.ServerTrouble(server, "; ".join(said), said != [SILENT], held.get(server, []))
            for server, said in troubles.items()
        ],
    )


async def _trouble(connection: Connection, seen: Seen, partitions: Sequence[int], several: bool) -> list[str]:
    """Return why a server that holds the partitions cannot be used at present; nothing when it can."""
    found = stopped(seen.settings) if seen.settings else []
    if seen.refusal:
        found.append(seen.refusal)
    if found:
        return found
    try:
        async with asyncio.timeout(ANSWER_SECONDS if several else None):
            lost = await connection.absent(*partitions)
    except TimeoutError:
        return [SILENT]
    except StoreUnavailableError as error:
        if not several:
            raise
        return [refusal_in(error) or SILENT]
    return [str(emptied(LOST))] if lost else []


def _held(connection: Connection) -> dict[str, list[int]]:
    """Return the partitions that each server holds."""
    held: dict[str, list[int]] = {}
    for partition, keys in enumerate(connection.keys):
        held.setdefault(connection.topology.server_of(keys.head), []).append(partition)
    return held

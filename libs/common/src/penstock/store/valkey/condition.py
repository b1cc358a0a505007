"""Whether a deployment can be used: all of it, a part of it while a server is away, or nothing."""

from collections.abc import Mapping, Sequence

from penstock.errors import StoreUnavailableError
from penstock.store import views as v
from penstock.store.valkey.connection import LOST, Connection, emptied
from penstock.store.valkey.preflight import stopped, unfit
from penstock.store.valkey.survey import Seen, refusal_in, survey


async def condition(connection: Connection) -> v.Condition:
    """Return what is wrong with the servers, lasting or for the moment.

    Raises:
        StoreUnavailableError: no server answers.
    """
    try:
        seen = await survey(connection)
        troubles = {one.server: trouble for one in seen if (trouble := _trouble(one))}
        lost = await connection.absent(*_partitions(connection, without=troubles))
    except StoreUnavailableError as error:
        said = refusal_in(error)
        if said is None:
            raise
        return v.Condition([said])
    for partition in lost:
        troubles[_server_of(connection, partition)] = [str(emptied(LOST))]
    faults = [(one.server, fault) for one in seen if one.settings for fault in unfit(one.settings)]
    if all(one.server in troubles for one in seen):
        # None is left that could be used.
        faults += [(server, message) for server, messages in troubles.items() for message in messages]
        return v.Condition([_said_of(server, len(seen), fault) for server, fault in faults])
    answering = {one.server for one in seen if one.answers}
    waiting: dict[str, list[int]] = {server: [] for server in troubles}
    for partition in range(connection.partitions):
        waiting.get(_server_of(connection, partition), []).append(partition)
    return v.Condition(
        [_said_of(server, len(seen), fault) for server, fault in faults],
        [
            v.ServerTrouble(server, "; ".join(messages), server in answering, waiting[server])
            for server, messages in troubles.items()
        ],
    )


def _trouble(seen: Seen) -> list[str]:
    found = stopped(seen.settings) if seen.settings else []
    return [*found, seen.refusal] if seen.refusal else found


def _partitions(connection: Connection, *, without: Mapping[str, Sequence[str]]) -> list[int]:
    """Return the partitions that lie on none of these servers."""
    return [one for one in range(connection.partitions) if _server_of(connection, one) not in without]


def _server_of(connection: Connection, partition: int) -> str:
    return connection.topology.server_of(connection.keys[partition].head)


def _said_of(server: str, servers: int, fault: str) -> str:
    return f"{server}: {fault}" if servers > 1 else fault

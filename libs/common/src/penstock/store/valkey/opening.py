"""How the store is opened: servers checked, the deployment's record read, streams and groups made."""

from collections.abc import Sequence

import structlog

from penstock.errors import NotFoundError, StoreUnavailableError, UnfitServerError
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.preflight import faults, stopped, unfit
from penstock.store.valkey.preparing import prepare
from penstock.store.valkey.store import ValkeyStore
from penstock.store.valkey.survey import Seen, settings_of, survey

_log = structlog.get_logger()


async def open_valkey(
    url: str, *, prefix: str, partitions: int, strict: bool = True, create: bool = True
) -> ValkeyStore:
    """Open the store at ``url``; the first to do so fixes the number of partitions.

    Of several servers some may be away, but not the one that holds the record of the deployment. What has to be made on
    them is made when a scheduler first takes a partition of theirs over.

    Without ``create`` nothing is written: ``partitions`` goes unused, and a deployment has to be there.

    Raises:
        UnfitServerError: a server must not be used as it is configured, or none takes writes (only where ``strict``).
        NotFoundError: there is no deployment (only without ``create``).
        StoreUnavailableError: no server answers, or not the one that holds the record.
    """
    connection = Connection(url, prefix)
    try:
        seen = await survey(connection) if strict or create else []
        if strict:
            refuse_unfit(seen)
        await (_prepare(connection, partitions, seen) if create else _find(connection))
    except BaseException:
        await connection.close()
        raise
    return ValkeyStore(connection)


def refuse_unfit(seen: Sequence[Seen]) -> None:
    """Refuse servers that may lose what they acknowledge; those that take no writes at present, if there are no others.

    Raises:
        UnfitServerError: one must not be used, or none can be.
        StoreUnavailableError: none has told how it is configured.
    """
    servers = settings_of(seen)
    judged = unfit if any(not stopped(one) for one in servers) else faults
    wrong = [(one.servers[0], fault) for one in servers for fault in judged(one)]
    if wrong:
        said = [f"{server}: {fault}" if len(seen) > 1 else fault for server, fault in wrong]
        raise UnfitServerError("The server cannot be used: " + "; ".join(said))


async def _find(connection: Connection) -> None:
    """Learn of a deployment how many partitions it has."""
    partitions = await _record(connection)
    if partitions is None:
        raise NotFoundError(f"There is no Penstock deployment with the prefix {connection.prefix!r} on this server.")
    connection.partitions = int(partitions)


async def _record(connection: Connection, partitions: int | None = None) -> bytes | None:
    """Return what the deployment's record says; ``partitions`` goes into a new one."""
    record = f"{connection.prefix}:deployment"
    try:
        found: bytes | None = await connection.command("HGET", record, "partitions")
        # Only if need be: a server that takes no writes at present can still be read.
        if found is None and partitions is not None:
            await connection.command("HSETNX", record, "partitions", partitions)
            found = await connection.command("HGET", record, "partitions")
    except StoreUnavailableError as error:
        if not connection.topology.several:
            raise
        message = f"The server that holds the record of the deployment ({record}) has to be there, whichever is away"
        raise StoreUnavailableError(f"{message}. {error}") from error.__cause__
    return found


async def _prepare(connection: Connection, partitions: int, seen: Sequence[Seen]) -> None:
    found = await _record(connection, partitions)
    connection.partitions = int(found or partitions)
    # Who is silent would have every partition wait for it anew.
    away = {one.server for one in seen if not one.answers}
    failures: list[StoreUnavailableError] = []
    for partition, keys in enumerate(connection.keys):
        connection.unprepared.add(partition)
        server = connection.topology.server_of(keys.head)
        if server in away:
            continue
        try:
            await prepare(connection, partition)
        except StoreUnavailableError as error:
            if not connection.topology.several:
                raise
            failures.append(error)
            away.add(server)
    if failures and len(connection.unprepared) == connection.partitions:
        raise failures[0]
    if connection.unprepared:
        servers = sorted({connection.topology.server_of(connection.keys[one].head) for one in connection.unprepared})
        _log.warning("opened while servers are away", servers=servers, partitions=sorted(connection.unprepared))

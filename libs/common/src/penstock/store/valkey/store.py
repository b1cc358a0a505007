"""The whole store, and how it is opened: server checked, deployment's record read, streams and groups made."""

from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from penstock.core.chain import GENESIS
from penstock.core.react import QUEUES
from penstock.errors import NotFoundError, StoreUnavailableError, UnfitServerError
from penstock.store.valkey.bulk import BulkReads
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.health import Health
from penstock.store.valkey.keys import SCHEDULERS, WORKERS, PartitionKeys
from penstock.store.valkey.notifying import Notifying
from penstock.store.valkey.preflight import faults, refusal
from penstock.store.valkey.reads import Reads
from penstock.store.valkey.requests import Requests
from penstock.store.valkey.scheduling import Scheduling
from penstock.store.valkey.watching import Watching
from penstock.store.valkey.working import Working


class ValkeyStore(Requests, Reads, BulkReads, Scheduling, Working, Health, Watching, Notifying):
    """See :class:`penstock.store.base.Store`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)

    @property
    def partitions(self) -> int:
        """Return how many partitions the deployment has."""
        return self._db.partitions

    async def check(self) -> list[str]:
        """Return what is wrong with the server, lasting or for the moment, in words for the operator."""
        wrong: list[str] = []
        try:
            wrong += await self.faults()
            answers = await self._db.run_everywhere("probe")
            refused = {server: answer for server, answer in answers.items() if isinstance(answer, RedisError)}
            wrong += [_said_of(server, len(answers), refusal(answer)) for server, answer in refused.items()]
            if not refused:
                await self._db.believe_absence(*range(self.partitions))
        except StoreUnavailableError as error:
            if error.__cause__ is None:
                wrong.append(str(error))
            elif isinstance(error.__cause__, ResponseError | BusyLoadingError):
                wrong.append(refusal(error.__cause__))
            else:
                raise
        return wrong

    async def faults(self) -> list[str]:
        """Return what forbids using the servers as they are configured; where there are several, which one it is."""
        servers = await self.servers()
        return [_said_of(one.servers[0], len(servers), fault) for one in servers for fault in faults(one)]

    async def close(self) -> None:
        """Release the connections."""
        await self._db.close()


async def open_valkey(
    url: str, *, prefix: str, partitions: int, strict: bool = True, create: bool = True
) -> ValkeyStore:
    """Open the store at ``url``; the first to do so fixes the number of partitions.

    Without ``create`` nothing is written: ``partitions`` goes unused, and a deployment has to be there.

    Raises:
        UnfitServerError: the server must not be used as it is configured (only where ``strict``).
        NotFoundError: there is no deployment (only without ``create``).
        StoreUnavailableError: no server answers.
    """
    connection = Connection(url, prefix)
    store = ValkeyStore(connection)
    try:
        wrong = await store.faults() if strict else []
        await (_prepare(connection, partitions, wrong) if create else _find(connection, wrong))
    except BaseException:
        await store.close()
        raise
    return store


def _said_of(server: str, servers: int, fault: str) -> str:
    return f"{server}: {fault}" if servers > 1 else fault


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise UnfitServerError("The server cannot be used: " + "; ".join(wrong))


async def _find(connection: Connection, wrong: list[str]) -> None:
    """Learn of a deployment how many partitions it has."""
    _refuse(wrong)
    partitions = await connection.command("HGET", f"{connection.prefix}:deployment", "partitions")
    if partitions is None:
        raise NotFoundError(f"There is no Penstock deployment with the prefix {connection.prefix!r} on this server.")
    connection.partitions = int(partitions)


async def _prepare(connection: Connection, partitions: int, wrong: list[str]) -> None:
    _refuse(wrong)
    record = f"{connection.prefix}:deployment"
    await connection.command("HSETNX", record, "partitions", partitions)
    connection.partitions = int(await connection.command("HGET", record, "partitions"))
    for keys in connection.keys:
        await _create(connection, keys)


async def _create(connection: Connection, keys: PartitionKeys) -> None:
    """Make what a partition needs, unless it is there."""
    beginning: dict[str, str | int] = {
        "seq": 0,
        "hash": GENESIS,
        "term": 0,
        "owner": "",
        "cursor": "0-0",
        "incarnation": 0,
        "read": 0,
    }
    await connection.pipeline([("HSETNX", keys.head, field, value) for field, value in beginning.items()])
    groups = [(keys.inbox, SCHEDULERS), *((keys.queue(name), WORKERS) for name in QUEUES)]
    await connection.pipeline(
        [("XGROUP", "CREATE", stream, group, "0", "MKSTREAM") for stream, group in groups],
        passing="BUSYGROUP",  # it is there
    )

"""What a partition needs on its server before it can be used."""

from penstock.core.chain import GENESIS
from penstock.core.react import QUEUES
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.keys import SCHEDULERS, WORKERS


async def prepare(connection: Connection, partition: int) -> None:
    """Make what a partition needs, unless it is there.

    Raises:
        StoreUnavailableError: its server is away or refuses; the partition stays among those to be prepared.
    """
    keys = connection.keys[partition]
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
    # The inbox last: where it is, all is.
    groups = [*((keys.queue(name), WORKERS) for name in QUEUES), (keys.inbox, SCHEDULERS)]
    await connection.pipeline(
        [("XGROUP", "CREATE", stream, group, "0", "MKSTREAM") for stream, group in groups],
        passing="BUSYGROUP",  # it is there
    )
    connection.unprepared.discard(partition)

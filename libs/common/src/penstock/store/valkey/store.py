"""The whole store, of its parts."""

from penstock.store import views as v
from penstock.store.valkey.bulk import BulkReads
from penstock.store.valkey.condition import condition
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.health import Health
from penstock.store.valkey.notifying import Notifying
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

    async def condition(self) -> v.Condition:
        """Return what is wrong with the servers, emptied ones included."""
        return await condition(self._db)

    async def degraded(self) -> list[v.ServerTrouble]:
        """Return the servers that cannot be used at present while others can; a single one is not asked."""
        return (await self.condition()).degraded if self._db.topology.several else []

    async def close(self) -> None:
        """Release the connections."""
        await self._db.close()

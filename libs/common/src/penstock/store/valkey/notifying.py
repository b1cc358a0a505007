"""How far the targets of notifications have come."""

from penstock.store import records as r
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.reads import text_fields


class Notifying:
    """See :class:`penstock.store.notifying.NotificationStore`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def notified(self, partition: int) -> dict[str, r.Notified]:
        """Return by target how far into the partition's log it has been notified."""
        answer = await self._db.command("HGETALL", self._db.keys[partition].notified)
        if not answer:
            await self._db.believe_absence(partition)
        return {name: r.Notified(*map(int, place.split(b":"))) for name, place in text_fields(answer).items()}

    async def set_notified(self, partition: int, term: int, target: str, done: r.Notified) -> bool:
        """Take note that a target was notified up to here; False, and nothing noted, when that cannot be."""
        keys = self._db.keys[partition]
        noted = await self._db.run("notified", [keys.head, keys.notified], [term, target, done.seq, done.incarnation])
        if not noted:
            await self._db.believe_absence(partition)
        return bool(noted)

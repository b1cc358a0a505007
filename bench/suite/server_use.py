"""What servers had to carry: their memory, their network and their files."""

from typing import Self

import msgspec

from penstock.store.valkey.connection import Connection
from penstock.store.valkey.node import Node


class ServerUse(msgspec.Struct, frozen=True):
    """Bytes in memory, received, sent, and in the append-only file: at a moment, or the difference of two."""

    memory: float
    received: float
    sent: float
    file: float

    @classmethod
    async def now(cls, db: Connection) -> Self:
        """Return what the servers tell of themselves, all together."""
        told = [await _info(node) for node in await db.topology.primaries()]
        names = ("used_memory", "total_net_input_bytes", "total_net_output_bytes", "aof_current_size")
        return cls(*(sum(float(one[name]) for one in told) for name in names))

    def per_task_since(self, before: "ServerUse", tasks: int) -> "ServerUse":
        """Return what was added, for one task. A file that was rewritten meanwhile can have shrunk."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(before), strict=True)
        return ServerUse(*((now - then) / tasks for now, then in pairs))


async def _info(node: Node) -> dict[str, str]:
    (answer,) = await node.exchange([("INFO", "ALL")])
    lines: list[str] = answer.decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)

"""What the server had to carry: its memory, its network and its file."""

from typing import Self

import msgspec
from redis.asyncio import Redis


class ServerUse(msgspec.Struct, frozen=True):
    """Bytes in memory, received, sent, and in the append-only file: at a moment, or the difference of two."""

    memory: float
    received: float
    sent: float
    file: float

    @classmethod
    async def now(cls, redis: Redis) -> Self:
        """Return what the server tells of itself."""
        told = await redis.info("all")
        names = ("used_memory", "total_net_input_bytes", "total_net_output_bytes", "aof_current_size")
        return cls(*(float(told[name]) for name in names))

    def per_task_since(self, before: "ServerUse", tasks: int) -> "ServerUse":
        """Return what was added, for one task. A file that was rewritten meanwhile can have shrunk."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(before), strict=True)
        return ServerUse(*((now - then) / tasks for now, then in pairs))

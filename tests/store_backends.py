"""The stores under test, each with what a test must do behind the interface: see inside, and let time pass."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import msgspec

from penstock.store import records as r
from penstock.store.base import Store
from penstock.store.memory import MemoryStore
from penstock.store.memory.state import PartitionState, Pulse
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock.store.valkey.reads import text_fields

PARTITIONS = 2
PATIENCE_S = 20.0
HOUR_MS = 3_600_000

T = TypeVar("T")


class Backend(Protocol):
    """A store and the ways around it."""

    @property
    def store(self) -> Store:
        """The store under test."""
        ...

    async def now(self) -> int:
        """Return what the store's clock shows (ms)."""
        ...

    async def pass_time(self) -> None:
        """Let a little time pass on that clock."""
        ...

    async def dump(self) -> object:
        """Return everything that is stored: two dumps are equal if nothing has changed."""
        ...

    async def deliver(self, partition: int, data: bytes) -> None:
        """Put anything at all into an inbox."""
        ...

    async def dead(self, partition: int) -> list[r.DeadLetter]:
        """Return the dead letters."""
        ...

    async def idle(self, partition: int) -> list[str]:
        """Return the workers that are to be rung, the last one first."""
        ...

    async def queue(self, partition: int) -> dict[int, str]:
        """Return the attempts on the queue, and who has claimed each, empty for nobody."""
        ...

    async def bells(self, worker: str) -> int:
        """Return how much waits to be told to a worker."""
        ...


async def eventually(backend: Backend, condition: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Return the first true answer of ``condition`` while time passes on the store's clock."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := await condition()):
        assert time.monotonic() < deadline, f"never happened: {what}"
        await backend.pass_time()
    return answer


async def sweep(backend: Backend, partition: int, term: int, lease_ms: int) -> int | None:
    """Sweep as one who knows what the store's clock shows."""
    return await backend.store.sweep(partition, term, lease_ms, await backend.now(), HOUR_MS)


async def pass_ms(backend: Backend, duration_ms: int) -> None:
    """Return when more than ``duration_ms`` have passed on the store's clock."""
    end = await backend.now() + duration_ms
    while await backend.now() <= end:
        await backend.pass_time()


class MemoryBackend:
    """The store in memory; its clock stands still unless told."""

    def __init__(self, partitions: int = PARTITIONS) -> None:
        self.clock_ms = 1_700_000_000_000
        self.memory = MemoryStore(partitions, lambda: self.clock_ms)

    @property
    def store(self) -> Store:
        return self.memory

    async def now(self) -> int:
        return self.clock_ms

    async def pass_time(self) -> None:
        self.clock_ms += 7
        await asyncio.sleep(0)

    async def dump(self) -> object:
        state = self.memory._state
        return [state.schedulers, state.workers, *(_plain(vars(partition)) for partition in state.partitions)]

    async def deliver(self, partition: int, data: bytes) -> None:
        self._partition(partition).deliver(data)

    async def dead(self, partition: int) -> list[r.DeadLetter]:
        return [letter for _, letter in self._partition(partition).dead.after("0-0", 1000)]

    async def idle(self, partition: int) -> list[str]:
        idle = self._partition(partition).idle
        return sorted(idle, key=lambda worker: (idle[worker], worker), reverse=True)

    async def queue(self, partition: int) -> dict[int, str]:
        queues = self._partition(partition).queues.values()
        ready = {number: "" for queue in queues for number in queue.ready}
        return ready | {number: claim.worker for queue in queues for number, claim in queue.claims.items()}

    async def bells(self, worker: str) -> int:
        return sum(len(partition.told(worker)) for partition in self.memory._state.partitions)

    def _partition(self, number: int) -> PartitionState:
        return self.memory._state.partitions[number]


class ServerBackend:
    """The store on a server, in a deployment of its own."""

    def __init__(self, opened: ValkeyStore) -> None:
        self.valkey = opened

    @property
    def store(self) -> Store:
        return self.valkey

    async def command(self, *parts: str | bytes | int) -> object:
        """Ask the server; each one, where it is not a key that is asked about."""
        db = self.valkey._db
        if parts[0] not in {"CONFIG", "SCRIPT", "KEYS"}:
            if parts[0] == "DEL":  # one by one: a Cluster takes together only keys of one slot
                return [await db.command("DEL", key) for key in parts[1:]]
            return await db.command(*parts)
        answers = [(await node.exchange([parts]))[0] for node in await db.topology.primaries()]
        return answers if parts[0] == "KEYS" else answers[0]

    async def now(self) -> int:
        return await self.valkey._db.time(self.valkey._db.keys[0].head)

    async def pass_time(self) -> None:
        await asyncio.sleep(0.002)

    async def keys(self) -> list[str]:
        """Return the names of all keys of the deployment."""
        answers = await self.command("KEYS", f"{self.valkey._db.prefix}:*")
        assert isinstance(answers, list)
        return sorted(key.decode() for keys in answers for key in keys)

    async def dump(self) -> object:
        keys = await self.keys()
        commands = [(command, key) for key in keys for command in ("DUMP", "PEXPIRETIME")]
        answers = await self.valkey._db.pipeline(commands)
        return dict(zip(keys, zip(answers[::2], answers[1::2], strict=True), strict=True))

    async def deliver(self, partition: int, data: bytes) -> None:
        await self.command("XADD", self.valkey._db.keys[partition].inbox, "*", "fact", data)

    async def dead(self, partition: int) -> list[r.DeadLetter]:
        entries = await self.valkey._db.command("XRANGE", self.valkey._db.keys[partition].dead, "-", "+")
        letters = [text_fields(entry[1]) for entry in entries]
        return [r.DeadLetter(one["id"].decode(), one["fact"], one["reason"].decode()) for one in letters]

    async def idle(self, partition: int) -> list[str]:
        answer = await self.valkey._db.command("ZREVRANGE", self.valkey._db.keys[partition].idle, 0, -1)
        return [worker.decode() for worker in answer]

    async def queue(self, partition: int) -> dict[int, str]:
        key = self.valkey._db.keys[partition].queue("default")
        entries, claims = await self.valkey._db.pipeline(
            [("XRANGE", key, "-", "+"), ("XPENDING", key, "workers", "-", "+", 10_000)]
        )
        ready = {_number(entry[0]): "" for entry in entries}
        return ready | {_number(claim[0]): claim[1].decode() for claim in claims}

    async def bells(self, worker: str) -> int:
        db = self.valkey._db
        waiting: int = sum(await db.pipeline([("LLEN", keys.bell(worker)) for keys in db.keys]))
        reads = db._vigils[worker]._reads.values() if worker in db._vigils else ()
        return waiting + sum(task.done() and bool(task.result()) for _, task in reads)


async def open_backend(url: str | None, *, strict: bool = True) -> MemoryBackend | ServerBackend:
    """Open an empty store: on the server at ``url``, or in memory where there is none."""
    if url is None:
        return MemoryBackend()
    return ServerBackend(
        await open_valkey(url, prefix=f"t{secrets.token_hex(6)}", partitions=PARTITIONS, strict=strict)
    )


def _number(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])


def _plain(value: object) -> object:
    """Return a copy of plain data that compares by content."""
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.structs.asdict(value))
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if callable(value) or isinstance(value, Pulse):
        return None
    return _plain(vars(value)) if hasattr(value, "__dict__") else value

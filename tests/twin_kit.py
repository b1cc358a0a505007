"""A store in memory and one on a server as twins: what may differ between them is left out, and the rest compared."""

import re
from collections.abc import Awaitable, Callable

import msgspec
from msgspec.structs import replace

from penstock.core.codec import decode_event
from penstock.core.status import RunStatus
from penstock.errors import PenstockError
from penstock.store import records as r
from penstock.store import views as v
from store_backends import PARTITIONS, MemoryBackend, ServerBackend, sweep
from store_kit import FIRST, SECOND, Reign

FOREVER_MS = 2**40
_TEXT = re.compile(r"\b(?P<place>\d{13}-\d+)\b|\b(?P<time>\d{13})\b|\b(?P<hash>[0-9a-f]{64})\b")


class Twin:
    """One of the two stores, and those who use it."""

    def __init__(self, backend: MemoryBackend | ServerBackend) -> None:
        self.backend = backend
        self.store = backend.store
        self.reigns: dict[tuple[str, int], Reign] = {}
        self.last: dict[int, r.Commit] = {}
        self._places: dict[str, int] = {}

    def plain(self, value: object) -> object:
        """Return a value without what may differ: times, hashes over times, and inbox ids, of which the order stays."""
        if isinstance(value, msgspec.Struct):
            return [type(value).__name__, self.plain(msgspec.structs.asdict(value))]
        if isinstance(value, dict):
            return {name: self.plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(one) for one in value]
        if isinstance(value, str | bytes):
            return _TEXT.sub(self._blur, value if isinstance(value, str) else value.decode())
        return "time" if isinstance(value, int) and value > 10**12 else value

    def _blur(self, match: re.Match[str]) -> str:
        place = match["place"]
        return f"entry {self._places.setdefault(place, len(self._places))}" if place else str(match.lastgroup)

    async def next_ms(self) -> None:
        """Let the clock go on, so that what happens next is later than what was."""
        before = await self.backend.now()
        while await self.backend.now() == before:
            if isinstance(self.backend, MemoryBackend):
                self.backend.clock_ms += 1

    async def observe(self, run_ids: dict[int, list[str]]) -> object:
        """Return everything that can be seen."""
        store = self.store
        partitions = [await self._partition(number, run_ids[number]) for number in range(PARTITIONS)]
        versions = {dag_id: sorted(await store.versions(dag_id), key=_version) for dag_id in (FIRST, SECOND)}
        runs = {status: await store.runs("", status, 1000, "") for status in (None, *RunStatus)}
        figures = await store.figures()
        return self.plain([partitions, await store.dags(), versions, runs, figures])

    async def _partition(self, number: int, run_ids: list[str]) -> list[object]:
        store, backend = self.store, self.backend
        return [
            [(entry.id, decoded(entry.data)) for entry in await store.inbox(number, "0-0", 1000, 0)],
            await store.head(number),
            [(entry.seq, entry.data, bool(entry.hash)) for entry in await store.log(number, 0, 10_000)],
            await store.load_runs(number, run_ids),
            await store.event_indexes(number, run_ids),
            sorted(await store.timers(number)),
            await store.task_counts(number),
            await backend.queue(number),
            await backend.idle(number),
            await backend.dead(number),
        ]

    async def take_over(self, partition: int, owner: str) -> object:
        head = await self.store.take_over(partition, owner, FOREVER_MS)
        if head is not None:
            self.reigns[owner, partition] = Reign(self.store, partition, head)
        return head

    async def release(self, partition: int, owner: str) -> None:
        if reign := self.reigns.get((owner, partition)):
            await reign.give_up()

    async def step(self, partition: int, owner: str, limit: int) -> object:
        reign = self.reigns.get((owner, partition))
        commit = None if reign is None else await reign.prepare(limit)
        if reign is None or commit is None:
            return None
        answer = await self.store.commit(commit)
        if isinstance(answer, r.Committed):
            reign.engine.committed(commit)
            self.last[partition] = commit
            answer = replace(answer, wake=answer.wake and 1)
        else:
            del self.reigns[owner, partition]
        return [commit, answer]

    async def commit_again(self, partition: int, alter: Callable[[r.Commit], r.Commit]) -> object:
        commit = self.last.get(partition)
        return None if commit is None else await self.store.commit(alter(commit))

    async def sweep(self, partition: int, lease_ms: int, behind: int) -> int | None:
        term = (await self.store.head(partition)).term
        return await sweep(self.backend, partition, term - behind, lease_ms)


def first_difference(one: object, other: object, path: str = "") -> str:
    """Return where two plain values differ first, and how."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(f"{path}.{name}", one[name], other[name]) for name in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{path}[{place}]", *pair) for place, pair in enumerate(zip(one, other, strict=True))]
    else:
        return f"{path}: {one!r} in memory, {other!r} on the server"
    return next(first_difference(mine, theirs, place) for place, mine, theirs in pairs if mine != theirs)


def expect_same(memory: object, server: object) -> None:
    if memory != server:
        raise AssertionError(first_difference(memory, server))


def decoded(data: bytes) -> object:
    """Return a fact, whose text may be written in different ways; or the data, if it is none."""
    try:
        return decode_event(data)
    except PenstockError:
        return data


def _version(summary: v.DagSummary) -> str:
    return summary.version


async def answered(act: Callable[[Twin], Awaitable[object]], twin: Twin) -> object:
    """Return in plain values what a twin answers, an error by its name."""
    await twin.next_ms()
    try:
        return twin.plain(await act(twin))
    except PenstockError as error:
        return type(error).__name__

"""The same random commands, sent to the store in memory and to a real server: the same answers, the same state."""

import itertools
import random
import re
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
import pytest
from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RunStatus
from penstock.errors import PenstockError
from penstock.store import records as r
from penstock.store import views as v
from stack import DIAMOND, dag
from store_backends import HOUR_MS, PARTITIONS, MemoryBackend, ServerBackend, open_backend, sweep
from store_kit import FIRST, SECOND, Reign, failure, fan, run_id, success

OWNERS = ("a", "b")
WORKERS = ("v", "w", "x")
FOREVER_MS = 2**40
LIVES = 5
"""Seeds that are always tried; one that nobody chose is added each time."""
COMMANDS = 150
_TEXT = re.compile(r"\b(?P<place>\d{13}-\d+)\b|\b(?P<time>\d{13})\b|\b(?P<hash>[0-9a-f]{64})\b")


def shapes(dag_id: str) -> list[DagSpec]:
    """Return versions of a DAG; their retries are due at once, or not before the test is over."""
    return [
        dag(dag_id, DIAMOND),
        dag(dag_id, fan(3), retries=1, retry_delay_seconds=0.0),
        dag(dag_id, {"a": (), "b": ("a",)}, retries=2, retry_delay_seconds=3600.0),
    ]


DAGS = [spec for dag_id in (FIRST, SECOND) for spec in shapes(dag_id)]


STALE: list[Callable[[r.Commit], r.Commit]] = [
    lambda commit: commit,
    lambda commit: replace(commit, term=commit.term - 1),
    lambda commit: replace(commit, hash="f" * 64),
]
"""How a commit that was applied before is sent again."""


class World:
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


async def _answer(act: Callable[[World], Awaitable[object]], world: World) -> object:
    await world.next_ms()
    try:
        return world.plain(await act(world))
    except PenstockError as error:
        return type(error).__name__


def _returned(claim: r.QueueEntry, worker: str) -> e.TaskReturned:
    return e.TaskReturned(run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker=worker)


OUTCOMES: list[Callable[[r.QueueEntry, str], e.Report]] = [success, success, success, failure, failure, _returned]


class Both:
    """Both stores, and random commands that are sent to each in turn."""

    def __init__(self, memory: World, server: World, seed: int, *, apart: bool) -> None:
        """``apart``: partitions are on different servers, and what is sent to two does not come to both at one time."""
        self._worlds = (memory, server)
        self._apart = apart
        self._chance = random.Random(seed)
        self._runs: dict[int, list[str]] = {number: [] for number in range(PARTITIONS)}
        self._claims: list[tuple[str, r.QueueEntry]] = []
        self.history: list[str] = []

    async def command(self) -> None:
        """Send one command and compare what is answered, then what can be seen."""
        (name,) = self._chance.choices(list(MIX), list(MIX.values()))
        self.history.append(name)
        await getattr(self, f"_{name}")(self._chance.randrange(PARTITIONS))
        expect_same(*[await world.observe(self._runs) for world in self._worlds])

    async def _both(self, act: Callable[[World], Awaitable[object]]) -> None:
        expect_same(*[await _answer(act, world) for world in self._worlds])

    def _worker(self) -> str:
        return self._chance.choice(WORKERS)

    def _owner(self) -> str:
        return self._chance.choice(OWNERS)

    async def _register(self, _: int) -> None:
        spec = self._chance.choice(DAGS)
        await self._both(lambda world: world.store.register_dag(spec, dag_version(spec)))

    async def _request(self, partition: int) -> None:
        runs = self._runs[partition]
        run = run_id(self._chance.choice([len(runs), len(runs), len(runs), len(runs) // 2]), partition)
        if run not in runs:
            runs.append(run)
        dag_id, key, body = (
            (FIRST, SECOND)[partition],
            self._chance.choice(["", "", "", "k", "l"]),
            self._chance.choice("xy"),
        )
        await self._both(lambda world: world.store.request_run(dag_id, run, key, body))

    async def _cancel(self, partition: int) -> None:
        run = run_id(self._chance.randint(0, len(self._runs[partition])), partition)
        await self._both(lambda world: world.store.cancel_run(run))

    async def _take_over(self, partition: int) -> None:
        await self._both(partial(World.take_over, partition=partition, owner=self._owner()))

    async def _change_owner(self, partition: int) -> None:
        """Give a partition from whoever has it to another; the predecessor does not know."""
        for former in OWNERS:
            await self._both(partial(World.release, partition=partition, owner=former))
        await self._take_over(partition)

    async def _step(self, partition: int) -> None:
        limit = self._chance.randint(1, 3)
        await self._both(partial(World.step, partition=partition, owner=self._owner(), limit=limit))

    async def _step_all(self, _: int) -> None:
        for owner, partition in sorted(self._worlds[0].reigns):
            await self._both(partial(World.step, partition=partition, owner=owner, limit=100))

    async def _commit_again(self, partition: int) -> None:
        alter = self._chance.choice(STALE)
        await self._both(partial(World.commit_again, partition=partition, alter=alter))

    async def _claim(self, partition: int) -> None:
        worker, limit = self._worker(), self._chance.randint(0, 4)
        found: list[list[r.QueueEntry]] = []

        async def claim(world: World) -> object:
            found.append(await world.store.claim(partition, worker, limit))
            return found[-1]

        await self._both(claim)
        self._claims += [(worker, claim) for claim in found[0]]

    async def _report(self, _: int) -> None:
        outcome = self._chance.choice(OUTCOMES)
        # By number: retries due in the same ms come in that order, and these may share one or not.
        picked = sorted(self._picked(), key=lambda pick: (pick[1].partition, pick[1].run_id, pick[1].task))
        # Only what comes from one worker and one queue is taken in the order given.
        sources = [(worker, claim.queue) for worker, claim in picked]
        reports = [(claim, outcome(claim, worker)) for worker, claim in picked if (worker, claim.queue) == sources[0]]
        await self._both(lambda world: world.store.report(reports))

    async def _heartbeat(self, _: int) -> None:
        worker, claims = self._worker(), [claim for _, claim in self._picked()]
        await self._both(lambda world: world.store.heartbeat(worker, claims))

    async def _claimed(self, partition: int) -> None:
        worker = self._worker()
        await self._both(lambda world: world.store.claimed(partition, worker))

    async def _withdraw(self, _: int) -> None:
        chosen, worker = self._chance.sample(range(PARTITIONS), self._chance.randint(0, PARTITIONS)), self._worker()
        await self._both(lambda world: world.store.withdraw(chosen, worker))

    async def _hear(self, _: int) -> None:
        worker = self._worker()

        async def hear(world: World) -> object:
            told: list[r.Bell] = []
            while heard := await world.store.wait(worker, 1):
                told += heard
            return sorted(told, key=lambda bell: bell.partition)  # in each partition, in order

        await self._both(hear)

    async def _sweep(self, partition: int) -> None:
        lease, behind = self._chance.choice([0, HOUR_MS]), self._chance.choice([0, 0, 1])
        await self._both(partial(World.sweep, partition=partition, lease_ms=lease, behind=behind))

    async def _retire(self, partition: int) -> None:
        await self._both(lambda world: world.store.retire(partition, 0))

    async def _present(self, _: int) -> None:
        owner, leaves = self._owner(), self._chance.random() < 0.5
        await self._both(lambda world: world.store.leave(owner) if leaves else world.store.present(owner, FOREVER_MS))

    async def _deliver(self, partition: int) -> None:
        data = self._chance.choice([b"", b"garbage", b'{"v":1}', "{\u2603".encode()])
        await self._both(lambda world: world.backend.deliver(partition, data))

    def _picked(self) -> list[tuple[str, r.QueueEntry]]:
        """Choose among the claims ever made, mostly late ones."""
        late, all_of_them = self._claims[-5:], self._claims
        picked = [self._chance.choice(self._chance.choice([late, late, all_of_them])) for _ in self._claims[:3]]
        return [one for one in picked if not self._apart or one[1].partition == picked[0][1].partition]


MIX = {
    "step_all": 8,
    "register": 2,
    "request": 5,
    "claim": 8,
    "report": 8,
    "heartbeat": 3,
    "hear": 4,
    "step": 3,
    "cancel": 2,
    "sweep": 2,
    "commit_again": 2,
    "withdraw": 2,
    "take_over": 2,
    "change_owner": 1,
    "claimed": 1,
    "retire": 1,
    "present": 1,
    "deliver": 1,
}
"""How often each command is sent."""


SEEDS = [*range(LIVES), random.Random().randrange(LIVES, 10**9)]


@pytest.mark.parametrize(
    ("store_url", "seed"),
    [*itertools.product(["valkey", "redis"], SEEDS), ("cluster", SEEDS[0]), ("cluster", SEEDS[-1])],
    indirect=["store_url"],
)
async def test_both_stores_answer_alike_and_hold_the_same(store_url: str, seed: int) -> None:
    memory, server = World(await open_backend(None)), World(await open_backend(store_url, strict=False))
    both = Both(memory, server, seed, apart=store_url.startswith("redis+cluster"))
    try:
        for _ in range(COMMANDS):
            await both.command()
    except AssertionError as error:
        error.add_note(f"seed {seed}, command {len(both.history)}: {' '.join(both.history[-30:])}")
        raise
    finally:
        await server.store.close()

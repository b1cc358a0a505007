"""Random commands, as a seed has them, that are sent to two stores, which must answer and become the same."""

import random
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec.structs import replace

from penstock.core import events as e
from penstock.core.dag import DagSpec, dag_version
from penstock.store import records as r
from stack import DIAMOND, dag
from store_backends import HOUR_MS, PARTITIONS
from store_kit import FIRST, SECOND, failure, fan, run_id, success
from twin_kit import FOREVER_MS, Twin, answered, expect_same

OWNERS = ("a", "b")
WORKERS = ("v", "w", "x")


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


def _returned(claim: r.QueueEntry, worker: str) -> e.TaskReturned:
    return e.TaskReturned(run_id=claim.run_id, task_id=claim.task_id, attempt=claim.attempt, worker=worker)


OUTCOMES: list[Callable[[r.QueueEntry, str], e.Report]] = [success, success, success, failure, failure, _returned]


class Commands:
    """Both stores, and random commands that are sent to each in turn."""

    def __init__(self, memory: Twin, server: Twin, seed: int, *, apart: bool) -> None:
        """``apart``: partitions are on different servers, and what is sent to two does not come to both at one time."""
        self._twins = (memory, server)
        self._apart = apart
        self._chance = random.Random(seed)
        self._runs: dict[int, list[str]] = {number: [] for number in range(PARTITIONS)}
        self._claims: list[tuple[str, r.QueueEntry]] = []
        self.history: list[str] = []

    async def send_one(self) -> None:
        """Send one command and compare what is answered, then what can be seen."""
        (name,) = self._chance.choices(list(MIX), list(MIX.values()))
        self.history.append(name)
        await getattr(self, f"_{name}")(self._chance.randrange(PARTITIONS))
        expect_same(*[await twin.observe(self._runs) for twin in self._twins])

    async def _both(self, act: Callable[[Twin], Awaitable[object]]) -> None:
        expect_same(*[await answered(act, twin) for twin in self._twins])

    def _worker(self) -> str:
        return self._chance.choice(WORKERS)

    def _owner(self) -> str:
        return self._chance.choice(OWNERS)

    async def _register(self, _: int) -> None:
        spec = self._chance.choice(DAGS)
        await self._both(lambda twin: twin.store.register_dag(spec, dag_version(spec)))

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
        await self._both(lambda twin: twin.store.request_run(dag_id, run, key, body))

    async def _cancel(self, partition: int) -> None:
        run = run_id(self._chance.randint(0, len(self._runs[partition])), partition)
        await self._both(lambda twin: twin.store.cancel_run(run))

    async def _take_over(self, partition: int) -> None:
        await self._both(partial(Twin.take_over, partition=partition, owner=self._owner()))

    async def _change_owner(self, partition: int) -> None:
        """Give a partition from whoever has it to another; the predecessor does not know."""
        for former in OWNERS:
            await self._both(partial(Twin.release, partition=partition, owner=former))
        await self._take_over(partition)

    async def _step(self, partition: int) -> None:
        limit = self._chance.randint(1, 3)
        await self._both(partial(Twin.step, partition=partition, owner=self._owner(), limit=limit))

    async def _step_all(self, _: int) -> None:
        for owner, partition in sorted(self._twins[0].reigns):
            await self._both(partial(Twin.step, partition=partition, owner=owner, limit=100))

    async def _commit_again(self, partition: int) -> None:
        alter = self._chance.choice(STALE)
        await self._both(partial(Twin.commit_again, partition=partition, alter=alter))

    async def _claim(self, partition: int) -> None:
        worker, limit = self._worker(), self._chance.randint(0, 4)
        found: list[list[r.QueueEntry]] = []

        async def claim(twin: Twin) -> object:
            found.append(await twin.store.claim(partition, worker, limit))
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
        await self._both(lambda twin: twin.store.report(reports))

    async def _heartbeat(self, _: int) -> None:
        worker, claims = self._worker(), [claim for _, claim in self._picked()]
        await self._both(lambda twin: twin.store.heartbeat(worker, claims))

    async def _claimed(self, partition: int) -> None:
        worker = self._worker()
        await self._both(lambda twin: twin.store.claimed(partition, worker))

    async def _withdraw(self, _: int) -> None:
        chosen, worker = self._chance.sample(range(PARTITIONS), self._chance.randint(0, PARTITIONS)), self._worker()
        await self._both(lambda twin: twin.store.withdraw(chosen, worker))

    async def _hear(self, _: int) -> None:
        worker = self._worker()

        async def hear(twin: Twin) -> object:
            told: list[r.Bell] = []
            while heard := await twin.store.wait(worker, 1):
                told += heard
            return sorted(told, key=lambda bell: bell.partition)  # in each partition, in order

        await self._both(hear)

    async def _sweep(self, partition: int) -> None:
        lease, behind = self._chance.choice([0, HOUR_MS]), self._chance.choice([0, 0, 1])
        await self._both(partial(Twin.sweep, partition=partition, lease_ms=lease, behind=behind))

    async def _retire(self, partition: int) -> None:
        await self._both(lambda twin: twin.store.retire(partition, 0))

    async def _present(self, _: int) -> None:
        owner, leaves = self._owner(), self._chance.random() < 0.5
        await self._both(lambda twin: twin.store.leave(owner) if leaves else twin.store.present(owner, FOREVER_MS))

    async def _deliver(self, partition: int) -> None:
        data = self._chance.choice([b"", b"garbage", b'{"v":1}', "{\u2603".encode()])
        await self._both(lambda twin: twin.backend.deliver(partition, data))

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

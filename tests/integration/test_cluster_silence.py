"""A Cluster of which one primary falls silent: it closes no connection, and answers nothing."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cluster_kit import Cluster, in_time, open_cluster
from penstock.core import events as e
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock_worker.executors.base import Execution, Outcome, OutputSink
from penstock_worker.reporter import BATCH
from penstock_worker.service import Worker
from stack import LEASE_SECONDS, PARTITIONS, Noop, Stack, dag, eventually, open_stack
from steady_load import ends, problems
from store_kit import dag_id_in, fan

MANY = BATCH + 22
LEASES = 6.0
"""How long the silence lasts at least: longer than an exchange with the silent server."""
HERE, THERE = 0, PARTITIONS - 1
QUICK = dag(dag_id_in(HERE, PARTITIONS, "quick"), fan(10))
LONG = dag(dag_id_in(HERE, PARTITIONS, "long"), {"a": ()})
SILENCED = dag(dag_id_in(THERE, PARTITIONS, "silenced"), fan(MANY))
LATER = dag(dag_id_in(THERE, PARTITIONS, "later"), {"a": ()})


class Doors(Noop):
    """An executor whose attempts of some DAGs last until their door is opened."""

    def __init__(self) -> None:
        self.doors = {spec.id: asyncio.Event() for spec in (LONG, SILENCED)}
        self.inside = dict.fromkeys(self.doors, 0)
        self.killed: list[str] = []
        self.talkers: set[str] = set()

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:
        dag_id = execution.dag_id
        if dag_id not in self.doors:
            return Outcome("succeeded", exit_code=0)
        self.inside[dag_id] += 1
        waits = [asyncio.ensure_future(one.wait()) for one in (self.doors[dag_id], cancel)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self.inside[dag_id] -= 1
        if execution.task.id in self.talkers:
            sink.write("stdout", b"about to end\n")
        if cancel.is_set():
            self.killed.append(dag_id)
            return Outcome("cancelled")
        return Outcome("succeeded", exit_code=0)


class Deployment:
    """A Penstock with a worker whose attempts lie on two servers, one of which falls silent."""

    def __init__(self, stack: Stack, worker: Worker, doors: Doors) -> None:
        self.stack = stack
        self.worker = worker
        self.doors = doors

    async def begun(self, dag_id: str, count: int) -> None:
        async def there() -> bool:
            return self.doors.inside[dag_id] == count

        await eventually(there, f"the attempts of {dag_id}")

    async def unreported(self, more_than: int) -> None:
        async def there() -> bool:
            return sum(map(len, self.worker._tools.reporter._pending.values())) > more_than

        await eventually(there, "outcomes that wait for the server")

    async def busy(self, leases: float) -> None:
        """Have runs end beside the silent server until that many leases have passed there."""
        db = self.stack.store._db
        end = await db.time(db.keys[HERE].head) + leases * LEASE_SECONDS * 1000
        while await db.time(db.keys[HERE].head) < end:
            assert await self.stack.ended(await self.stack.again(QUICK.id)) is RunStatus.SUCCEEDED


async def losses(stack: Stack, run_id: str) -> list[e.AnyEvent]:
    return [event for event in await stack.history(run_id) if isinstance(event, e.TaskLost)]


@pytest.fixture(params=[False, True], ids=["kept", "replaced"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    """Three primaries, with a replica each if the silent one is to be replaced."""
    with open_cluster(tmp_path, replicas=request.param, extra="cluster-require-full-coverage no\n") as opened:
        yield opened


@pytest.fixture
async def deployment(cluster: Cluster) -> AsyncIterator[Deployment]:
    async with open_stack(cluster.url) as stack:
        doors = Doors()
        await stack.scheduler()
        yield Deployment(stack, await stack.worker(doors, slots=MANY + 20), doors)


async def test_a_silent_server_costs_the_others_neither_a_claim_nor_a_report_nor_a_bell(
    cluster: Cluster, deployment: Deployment
) -> None:
    stack, doors = deployment.stack, deployment.doors
    quick = await stack.start(QUICK)
    assert await stack.ended(quick) is RunStatus.SUCCEEDED
    silenced, living = await stack.start(SILENCED), await stack.start(LONG)
    await deployment.begun(SILENCED.id, MANY)
    await deployment.begun(LONG.id, 1)
    silent = next(one for one in cluster.primaries if one.address == stack.store.server_of(THERE))
    assert stack.store.server_of(HERE) != silent.address
    if cluster.replicas:
        await in_time(lambda: silent.tell("WAIT", 1, 100) == 1, "the replica to have everything")
    os.kill(silent.pid, signal.SIGSTOP)
    try:
        doors.doors[SILENCED.id].set()
        if not cluster.replicas:
            await deployment.unreported(BATCH)
        await deployment.busy(LEASES)
        if cluster.replicas:
            assert await ends(stack, [silenced]) == {RunStatus.SUCCEEDED}
        else:
            await deployment.unreported(BATCH)
            assert deployment.worker.faults() + deployment.worker.unanswered() == []
    finally:
        os.kill(silent.pid, signal.SIGCONT)
    assert await losses(stack, living) == []
    assert doors.killed == []
    doors.doors[LONG.id].set()
    assert await stack.ended(living) is RunStatus.SUCCEEDED
    assert await ends(stack, [silenced]) == {RunStatus.SUCCEEDED}

    async def taken() -> str | None:
        with contextlib.suppress(StoreUnavailableError):
            return await stack.start(LATER)
        return None

    later = await eventually(taken, "a run to be taken there")
    assert await ends(stack, [later]) == {RunStatus.SUCCEEDED}
    assert await problems(stack) == []


async def test_attempts_whose_last_words_wait_for_a_silent_server_keep_no_slot_from_the_others(tmp_path: Path) -> None:
    with open_cluster(tmp_path, extra="cluster-require-full-coverage no\n") as cluster:
        async with open_stack(cluster.url) as stack:
            doors = Doors()
            doors.talkers = set(SILENCED.tasks)
            await stack.scheduler()
            worker = await stack.worker(doors, slots=2)
            deployment = Deployment(stack, worker, doors)
            silenced = await stack.start(dag(SILENCED.id, fan(2)))
            await deployment.begun(SILENCED.id, 2)
            silent = next(one for one in cluster.primaries if one.address == stack.store.server_of(THERE))
            os.kill(silent.pid, signal.SIGSTOP)
            try:
                doors.doors[SILENCED.id].set()
                assert await stack.ended(await stack.start(QUICK), 60) is RunStatus.SUCCEEDED
            finally:
                os.kill(silent.pid, signal.SIGCONT)
            assert await ends(stack, [silenced]) == {RunStatus.SUCCEEDED}
            assert [line.text for line in await stack.store.output(silenced, "t0", 1, 0, 10)] == ["about to end"]

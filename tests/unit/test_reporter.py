import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from penstock.core import events as e
from penstock.errors import StoreUnavailableError
from penstock.store.base import WorkerStore
from penstock.store.records import Answer, QueueEntry
from penstock_worker.reporter import BATCH, Reporter

PATIENCE_S = 20.0


class Sick:
    """A store that raises what nobody expects, once; then it is well."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._well = False

    def server_of(self, _partition: int) -> str:
        return "one"

    async def report(self, outcomes: Sequence[tuple[QueueEntry, e.Report]]) -> list[Answer]:
        await asyncio.sleep(0)
        if not self._well:
            self._well = True
            raise LookupError("unheard of")
        self.taken += [fact.task_id for _, fact in outcomes]
        return [Answer.ACCEPTED] * len(outcomes)


class Silent:
    """A store of two servers with three partitions, of which the first server does not answer until told to."""

    def __init__(self) -> None:
        self.servers = ["first", "second", "first"]
        self.asked = asyncio.Event()
        self.speak = asyncio.Event()
        self.taken: list[tuple[str, int]] = []

    def server_of(self, partition: int) -> str:
        return self.servers[partition]

    async def report(self, outcomes: Sequence[tuple[QueueEntry, e.Report]]) -> list[Answer]:
        servers = {self.servers[claim.partition] for claim, _ in outcomes}
        if "first" in servers:
            self.asked.set()
            await self.speak.wait()
            self.speak.clear()
            raise StoreUnavailableError("given up")
        self.taken += [(server, len(outcomes)) for server in servers]
        return [Answer.ACCEPTED] * len(outcomes)


async def report(reporter: Reporter, task_id: str, partition: int = 0) -> Answer:
    claim = QueueEntry(partition, "default", 1, "run", task_id, 0, 1, "dag", "version")
    return await reporter.report(claim, e.TaskReturned(run_id="run", task_id=task_id, attempt=1, worker="w"))


async def test_an_unexpected_error_reaches_whoever_waits_for_an_answer_and_no_later_outcome_waits_for_it() -> None:
    store = Sick()
    reporter = Reporter(cast("WorkerStore", store))
    waiting = [asyncio.create_task(report(reporter, str(number))) for number in range(BATCH + 1)]
    *batch, later = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(answer) for answer in batch} == {LookupError}
    assert later is Answer.ACCEPTED
    assert await report(reporter, "next") is Answer.ACCEPTED
    assert store.taken == [str(BATCH), "next"]


async def test_a_reporter_that_failed_while_idle_works_again() -> None:
    reporter = Reporter(cast("WorkerStore", Sick()))
    with pytest.raises(LookupError):
        await report(reporter, "a")
    assert await report(reporter, "b") is Answer.ACCEPTED


async def test_outcomes_for_a_server_that_is_silent_hold_up_none_for_another() -> None:
    store = Silent()
    reporter = Reporter(cast("WorkerStore", store))
    waiting = [asyncio.create_task(report(reporter, str(number), number % 2)) for number in range(4 * BATCH)]
    async with asyncio.timeout(PATIENCE_S):
        assert set(await asyncio.gather(*waiting[1::2])) == {Answer.ACCEPTED}
    assert store.taken == [("second", BATCH)] * 2
    assert not any(one.done() for one in waiting[::2])
    for one in waiting:
        one.cancel()


async def test_outcomes_follow_their_partition_to_the_server_that_has_taken_over() -> None:
    store = Silent()
    reporter = Reporter(cast("WorkerStore", store))
    waiting = [asyncio.create_task(report(reporter, str(number), number % 2 * 2)) for number in range(6)]
    async with asyncio.timeout(PATIENCE_S):
        await store.asked.wait()
        store.servers[2] = "second"
        store.speak.set()
        assert set(await asyncio.gather(*waiting[1::2])) == {Answer.ACCEPTED}
    assert not any(one.done() for one in waiting[::2])
    store.servers[0] = "second"
    store.speak.set()
    async with asyncio.timeout(PATIENCE_S):
        assert set(await asyncio.gather(*waiting[::2])) == {Answer.ACCEPTED}
    assert store.taken == [("second", 3)] * 2

"""How a worker keeps its claims on several servers, one of which may be silent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from penstock.store.base import WorkerStore
from penstock.store.records import Beat, QueueEntry
from penstock_worker.heartbeat import Heartbeat
from penstock_worker.running import Running
from penstock_worker.unanswered import Unanswered
from stack import eventually

LEASE_SECONDS = 0.03


class Hushed:
    """A store of which each partition lies on a server of its own; those that are silent never answer."""

    def __init__(self) -> None:
        self.servers = ["a", "b"]
        self.silent = {"a"}
        self.kept = {"a": 0, "b": 0, "c": 0}
        self.asking: list[str] = []
        self.most = 0

    def server_of(self, partition: int) -> str:
        return self.servers[partition]

    async def heartbeat(self, _worker: str, claims: Sequence[QueueEntry]) -> list[Beat]:
        (server,) = {self.servers[claim.partition] for claim in claims}
        self.asking.append(server)
        self.most = max(self.most, self.asking.count(server))
        try:
            if server in self.silent:
                await asyncio.Event().wait()
        finally:
            self.asking.remove(server)
        self.kept[server] += 1
        return [Beat.OK] * len(claims)


class Kept:
    """A worker's claims, one in each partition."""

    def __init__(self) -> None:
        self.store = Hushed()
        claims = [QueueEntry(number, "default", 1, "run", "task", 0, 1, "dag", "version") for number in range(2)]
        self.running = {claim: Running(claim, lambda: None) for claim in claims}
        self.unanswered = Unanswered(lambda: self.store.servers)
        self.failures: list[BaseException] = []
        self.heartbeat = Heartbeat(
            cast("WorkerStore", self.store),
            "w",
            self.running,
            lease_seconds=LEASE_SECONDS,
            unanswered=self.unanswered,
            ended=self._ended,
        )

    async def beats(self, server: str) -> None:
        """Return when a server has been heard often from now on."""
        wanted = self.store.kept[server] + 5

        async def often() -> bool:
            return self.store.kept[server] >= wanted

        await eventually(often, f"heartbeats on {server}")

    def _ended(self, task: "asyncio.Task[object]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(error)


@asynccontextmanager
async def kept() -> AsyncIterator[Kept]:
    one = Kept()
    beating = asyncio.create_task(one.heartbeat.run())
    yield one
    beating.cancel()
    await asyncio.wait([beating])
    assert one.store.asking == []
    assert one.failures == []


async def test_claims_are_kept_on_the_servers_that_answer_and_the_silent_one_is_asked_once_at_a_time() -> None:
    async with kept() as one:
        await one.beats("b")
        assert one.store.kept["a"] == 0
        assert one.store.most == 1
        one.store.silent.clear()
        await one.beats("a")


async def test_claims_are_kept_by_the_server_that_takes_over_from_a_silent_one() -> None:
    async with kept() as one:
        await one.beats("b")
        one.store.servers[0] = "c"
        await one.beats("c")
        await one.beats("b")


async def test_heartbeats_count_as_unanswered_while_no_server_answers() -> None:
    async with kept() as one:
        await one.beats("b")
        assert one.unanswered.duties() == []
        one.store.silent = {"a", "b"}

        async def silent() -> bool:
            return one.unanswered.duties() == ["heartbeats"]

        await eventually(silent, "the silence to be known")
        one.running.clear()

        async def forgotten() -> bool:
            return one.unanswered.duties() == []

        await eventually(forgotten, "what nothing is asked of to be forgotten")


async def test_an_answer_that_cannot_be_understood_is_told() -> None:
    one = Kept()
    one.store.silent.clear()

    async def garbled(_worker: str, claims: Sequence[QueueEntry]) -> list[Beat]:
        return []

    one.store.heartbeat = garbled  # type: ignore[method-assign]  # another answer
    beating = asyncio.create_task(one.heartbeat.run())

    async def told() -> bool:
        return {type(error) for error in one.failures} == {ValueError}

    await eventually(told, "the failure to be told")
    beating.cancel()
    await asyncio.wait([beating])

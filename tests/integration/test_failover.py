"""A failover that loses acknowledged writes, on real servers: an asynchronous replica that lags becomes the primary."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from fault_kit import Deployment
from penstock.audit import verify_partition
from penstock.core import events as e
from penstock.core.codec import decode_event
from penstock.core.status import RunStatus
from penstock.embedded import EmbeddedServer, embedded_server
from penstock.ids import partition_of_dag
from stack import PARTITIONS, Held, dag, eventually, open_stack

DAG = dag("work", {"a": (), "b": ("a",)})
PARTITION = partition_of_dag(DAG.id, PARTITIONS)


class Pair:
    """A primary with a deployment on it, and a replica of it."""

    def __init__(self, primary: EmbeddedServer, replica: EmbeddedServer, deployment: Deployment) -> None:
        self.deployment = deployment
        self.primary = primary
        self._replica = Redis.from_url(replica.redis_url, retry=Retry(NoBackoff(), 0))
        address = urlsplit(primary.redis_url)
        self._password, self._port = address.password, address.port

    async def tell(self, *command: str | int) -> object:
        answer: object = await self._replica.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
        return answer

    async def follow(self) -> None:
        """Have the replica follow the primary."""
        await self.deployment.admin("CONFIG", "SET", "repl-diskless-sync-delay", 0)
        await self.tell("CONFIG", "SET", "masterauth", str(self._password))
        await self.tell("REPLICAOF", "127.0.0.1", int(self._port or 0))

        async def linked() -> bool:
            return bool((await self._replica.info("replication"))["master_link_status"] == "up")

        await eventually(linked, "the replica to follow")

    async def in_tune(self) -> None:
        """Return when the replica has everything."""

        async def acknowledged() -> bool:
            return await self.deployment.admin("WAIT", 1, 100) == 1

        await eventually(acknowledged, "the replica to have everything")

    async def lag(self) -> None:
        """Let the replica hear no more from the primary."""
        await self.tell("REPLICAOF", "NO", "ONE")

    async def fail_over(self) -> None:
        """End the primary; the replica takes its place, with its address and password."""
        os.kill(self.primary.pid, signal.SIGKILL)
        await self.deployment.gone()
        await self.tell("CONFIG", "SET", "requirepass", str(self._password))
        await self.tell("CONFIG", "SET", "port", int(self._port or 0))
        await self.deployment.reconnect()

    async def close(self) -> None:
        await self._replica.aclose()


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with (
        embedded_server(tmp_path / "replica") as replica,
        embedded_server(tmp_path / "primary") as primary,
        open_stack(primary.redis_url) as stack,
    ):
        pair = Pair(primary, replica, Deployment(primary, stack))
        await pair.follow()
        yield pair
        await pair.close()


async def forks(deployment: Deployment) -> list[e.LogForked]:
    entries = await deployment.stack.store.log(PARTITION, 0, 1000)
    return [event for event in map(decode_event, (entry.data for entry in entries)) if isinstance(event, e.LogForked)]


def begun(task_id: str, held: Held) -> Callable[[], Awaitable[bool]]:
    async def running() -> bool:
        return task_id in held.running

    return running


async def test_what_a_failover_loses_is_declared_unknown_and_killed_and_all_else_goes_on(pair: Pair) -> None:
    deployment, stack, held = pair.deployment, pair.deployment.stack, Held()
    await deployment.serve(held)
    kept = await stack.start(DAG)
    await eventually(begun("a", held), "the first task")
    await pair.in_tune()
    await pair.lag()

    held.running["a"].set()
    await eventually(begun("b", held), "the second task, which the replica does not know of")
    vanished = await stack.again(DAG.id)
    seen = await stack.store.head(PARTITION)
    await pair.fail_over()

    async def declared() -> list[e.LogForked]:
        return await forks(deployment)

    (fork,) = await eventually(declared, "the fork to be declared")
    assert fork.kept_seq < fork.lost_seq
    assert fork.lost_seq >= seen.seq
    assert await stack.store.run(vanished) is None

    async def killed() -> bool:
        return "b" in held.killed

    await eventually(killed, "the attempt that never was to be killed")

    async def ended() -> bool:
        for release in held.running.values():
            release.set()
        return (await stack.view(kept)).summary.status is RunStatus.SUCCEEDED

    await eventually(ended, "the run that was kept to end", 40)
    assert (await (await deployment.api()).get(f"/runs/{vanished}")).status_code == 404
    assert (await verify_partition(stack.store, PARTITION)).problems == []

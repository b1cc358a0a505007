"""A write whose answer is lost on the way is written once: the client does not repeat what it cannot know."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from chaos.proxy import Link
from cluster_kit import Cluster, Member, in_time
from penstock.errors import StoreUnavailableError
from penstock.store.records import QueueEntry
from penstock.store.valkey import open_valkey
from penstock.store.valkey.routing import slot_of
from stack import PARTITIONS, open_stack

CLAIM = QueueEntry(0, "default", 1, "01hf7ybf60bk899v7w6mp1808c-0", "a", 0, 1, "d", "v")


async def test_a_write_whose_answer_is_lost_is_written_once(server_url: str) -> None:
    port = urlsplit(server_url).port
    assert port is not None
    link = Link(port, random.Random(1))
    await link.open()
    try:
        async with open_stack(server_url) as stack:
            far = await open_valkey(
                server_url.replace(f":{port}", f":{link.port}"), prefix=stack.prefix, partitions=PARTITIONS
            )
            await far.append_output(CLAIM, 1, [(1, "stdout", "before")])  # from here on the server knows the script
            link.loss_rate = 1.0
            with pytest.raises(StoreUnavailableError):
                await far.append_output(CLAIM, 2, [(1, "stdout", "once")])
            assert link.lost_replies == 1
            lines = await stack.store.output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt, 0, 10)
            assert [line.text for line in lines] == ["before", "once"]
            await stack.store.append_output(CLAIM, 2, [(1, "stdout", "once"), (1, "stdout", "after")])
            lines = await stack.store.output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt, 0, 10)
            assert [line.text for line in lines] == ["before", "once", "after"]
            await far.close()
    finally:
        await link.close()


async def test_on_a_cluster_too_a_write_whose_answer_is_lost_is_written_once(cluster: Cluster) -> None:
    async with open_stack(cluster.url) as stack:
        key = stack.store._db.keys[0].output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt)
        member = cluster.owner(slot_of(key))
        link = Link(member.port, random.Random(1))
        await link.open()
        async with announced(cluster, member, link.port):
            far = await open_valkey(cluster.url, prefix=stack.prefix, partitions=PARTITIONS)
            await far.append_output(CLAIM, 1, [(1, "stdout", "before")])
            link.loss_rate = 1.0
            with pytest.raises(StoreUnavailableError):
                await far.append_output(CLAIM, 2, [(1, "stdout", "once")])
            assert link.lost_replies == 1
            with pytest.raises(StoreUnavailableError):
                await far._db.pipeline([("RPUSH", f"{stack.prefix}:{{{tag}}}", tag) for tag in range(20)])
            link.loss_rate = 0.0
            lines = await far.output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt, 0, 10)
            assert [line.text for line in lines] == ["before", "once"]
            pushed = await far._db.pipeline([("LLEN", f"{stack.prefix}:{{{tag}}}") for tag in range(20)])
            assert set(pushed) <= {0, 1}
            await far.close()
        await link.close()


@asynccontextmanager
async def announced(cluster: Cluster, member: Member, port: int) -> AsyncIterator[None]:
    """Have the cluster tell everybody that a node is to be reached by another port."""

    def told(there: int) -> bool:
        slots = [one.tell("CLUSTER", "SLOTS") for one in cluster.primaries]
        return all(str(there) in str(said) and (there == member.port) == (str(port) not in str(said)) for said in slots)

    member.tell("CONFIG", "SET", "cluster-announce-bus-port", member.port + 10_000, "cluster-announce-port", port)
    await in_time(lambda: told(port), "the port to be known")
    yield
    member.tell("CONFIG", "SET", "cluster-announce-bus-port", 0, "cluster-announce-port", 0)
    await in_time(lambda: told(member.port), "the port to be forgotten")

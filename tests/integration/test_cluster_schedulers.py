"""The schedulers of a Cluster while the server is away that holds the list of them."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from away_kit import opened, partitions_of, placed, well, work_in
from cluster_kit import Cluster, open_cluster
from fault_kit import service
from stack import PARTITIONS, Noop, Stack, eventually


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with open_cluster(tmp_path, extra="cluster-require-full-coverage no\n") as opened:
        yield opened


async def shared(stack: Stack) -> bool:
    """Whether two schedulers serve as many partitions each."""
    owners = Counter([(await stack.store.head(partition)).owner for partition in range(PARTITIONS)])
    return list(owners.values()) == [PARTITIONS // 2] * 2 and "" not in owners


async def test_a_scheduler_takes_over_from_a_dead_one_also_without_the_list_of_those_alive(cluster: Cluster) -> None:
    _, here, away = cluster.primaries
    prefix = placed(cluster, record=here, schedulers=away)
    waiting = partitions_of(cluster, prefix, away)
    there = [partition for partition in range(PARTITIONS) if partition not in waiting]
    async with opened(cluster, prefix) as stack:
        await stack.worker(Noop())
        async with service(stack, "penstock_scheduler") as dying:
            await stack.scheduler()
            await eventually(lambda: shared(stack), "both schedulers to serve")
            away.kill()
            dying.kill()
            await dying.wait()
            for partition in there:
                assert await well(stack, work_in(partition))
        await asyncio.to_thread(away.start)
        assert await well(stack, work_in(waiting[0]))


async def test_schedulers_that_live_keep_what_they_serve_without_the_list_of_those_alive(cluster: Cluster) -> None:
    _, here, away = cluster.primaries
    prefix = placed(cluster, record=here, schedulers=away)
    waiting = partitions_of(cluster, prefix, away)
    there = [partition for partition in range(PARTITIONS) if partition not in waiting]
    async with opened(cluster, prefix) as other, opened(cluster, prefix) as stack:
        await stack.worker(Noop())
        first, second = await stack.scheduler(), await stack.scheduler(other.store)
        await eventually(lambda: shared(stack), "both schedulers to serve")
        terms = [(await stack.store.head(partition)).term for partition in there]
        away.kill()

        async def missed() -> bool:
            return bool(first.unanswered() and second.unanswered())

        await eventually(missed, "both to be without the list for a lease")
        for partition in there:
            assert await well(stack, work_in(partition))
        assert [(await stack.store.head(partition)).term for partition in there] == terms
        await asyncio.to_thread(away.start)
        assert await well(stack, work_in(waiting[0]))

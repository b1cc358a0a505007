"""A Cluster of which one server answers and cannot be used: the others serve on, and everybody says which it is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api_kit import open_api
from cluster_kit import Cluster, open_cluster
from listener_kit import samples
from penstock.errors import StoreUnavailableError
from penstock.settings import Settings
from penstock.store.valkey import open_valkey
from penstock.store.valkey.routing import slot_of
from penstock_cli.doctor import examine
from stack import PARTITIONS, Stack, eventually, open_stack


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with open_cluster(tmp_path, extra="cluster-require-full-coverage no\n") as opened:
        yield opened


@pytest.fixture
async def stack(cluster: Cluster) -> AsyncIterator[Stack]:
    async with open_stack(cluster.url) as opened:
        yield opened


async def test_what_the_others_hold_is_told_of_while_one_server_is_there_without_its_data(
    cluster: Cluster, stack: Stack
) -> None:
    record = cluster.owner(slot_of(f"{stack.prefix}:deployment"))  # without it there is no deployment to look at
    emptied = next(member for member in cluster.primaries if member is not record)
    emptied.tell("FLUSHALL")
    (trouble,) = await stack.store.degraded()
    assert (trouble.server, trouble.readable) == (emptied.address, False)
    assert "was emptied" in trouble.message
    async with open_api(stack.store) as api:
        told = samples((await api.get("/metrics", headers={"accept": "text/plain"})).text)
        assert (told["penstock_store_up",], told["penstock_server_up", emptied.address]) == (1, 0)
        there = {labels[0] for name, *labels in told if name == "penstock_partition_seq"}
        assert there == {str(number) for number in range(PARTITIONS)} - set(map(str, trouble.partitions))
        system = await api.get("/system")
        assert system.status_code == 503
        (detail,) = system.json()["error"]["details"]
        assert emptied.address in detail["message"]
    found = await examine(Settings(redis_url=stack.url, key_prefix=stack.prefix, scheduler_lease_seconds=1))
    assert any(emptied.address in one.what and "was emptied" in one.what for one in found.findings)


async def test_a_server_that_takes_no_writes_and_holds_the_record_keeps_nobody_from_starting(
    cluster: Cluster, stack: Stack
) -> None:
    for full in cluster.primaries:
        full.tell("CONFIG", "SET", "maxmemory", 1)
        opened = await open_valkey(stack.url, prefix=stack.prefix, partitions=PARTITIONS)
        try:
            (trouble,) = await opened.degraded()
            assert (trouble.server, trouble.readable) == (full.address, True)
        finally:
            await opened.close()
            full.tell("CONFIG", "SET", "maxmemory", 0)


async def test_a_server_that_is_emptied_after_it_has_been_back_is_not_begun_anew_by_who_started_without_it(
    cluster: Cluster, stack: Stack
) -> None:
    record = cluster.owner(slot_of(f"{stack.prefix}:deployment"))
    away = next(member for member in cluster.primaries if member is not record)
    away.kill()
    late = await open_valkey(stack.url, prefix=stack.prefix, partitions=PARTITIONS)
    try:
        (trouble,) = await late.degraded()
        await asyncio.to_thread(away.start)

        async def whole() -> bool:
            return await late.degraded() == []

        await eventually(whole, "the server to be back")
        away.tell("FLUSHALL")
        for partition in trouble.partitions:
            with pytest.raises(StoreUnavailableError, match="was emptied"):
                await late.take_over(partition, "somebody", 1000)
    finally:
        await late.close()

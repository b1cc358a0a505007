"""A whole Penstock on a Cluster of three primaries."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from cluster_kit import PASSWORD, Cluster, open_cluster
from fault_kit import api_service, service
from penstock.audit import verify_partition
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store.valkey import open_valkey
from stack import PARTITIONS, Noop, Stack, dag, eventually, open_stack
from store_kit import dag_id_in, fan

CHAIN = {"t0": (), **{f"t{number}": (f"t{number - 1}",) for number in range(1, 10)}}


async def sound(stack: Stack) -> None:
    """Verify the log and the projections of every partition."""
    for partition in range(stack.store.partitions):
        assert (await verify_partition(stack.store, partition)).problems == []


async def test_chains_and_fans_run_in_partitions_on_different_servers(cluster_url: str) -> None:
    async with open_stack(cluster_url) as stack:
        await stack.scheduler()
        await stack.scheduler()
        await stack.worker(Noop())
        await stack.worker(Noop())
        runs = []
        for partition in range(PARTITIONS):
            runs.append(await stack.start(dag(dag_id_in(partition, PARTITIONS, "chain"), CHAIN)))
            runs.append(await stack.start(dag(dag_id_in(partition, PARTITIONS, "fan"), fan(100))))
        assert len({stack.store.server_of(partition) for partition in range(PARTITIONS)}) == 3
        assert {await stack.ended(run) for run in runs} == {RunStatus.SUCCEEDED}
        await sound(stack)


async def test_the_services_work_on_a_cluster_as_processes(cluster_url: str) -> None:
    async with (
        open_stack(cluster_url) as stack,
        service(stack, "penstock_scheduler"),
        service(stack, "penstock_worker"),
        api_service(stack) as (_, api),
    ):
        for name, tasks in (("chain", CHAIN), ("fan", fan(20))):
            specs = {
                task: {"name": task, "command": "true", "dependencies": list(dependencies)}
                for task, dependencies in tasks.items()
            }
            registered = await api.post("/dags", json={"id": name, "tasks": specs})
            assert registered.is_success, registered.text
            started = await api.post(f"/dags/{name}/run")
            assert started.is_success, started.text
            assert await stack.ended(started.json()["run_id"], 60) is RunStatus.SUCCEEDED
        system = (await api.get("/system")).json()
        assert len(system["server"]["servers"]) == 3
        assert system["server_faults"] == []
        assert (await api.get("/metrics")).is_success
        await sound(stack)


async def test_partitions_go_on_whose_server_is_there_while_another_is_away(tmp_path: Path) -> None:
    with open_cluster(tmp_path, extra="cluster-require-full-coverage no\n") as cluster:
        async with open_stack(cluster.url) as stack:
            await stack.scheduler()
            await stack.worker(Noop())
            here, there = (dag(dag_id_in(partition, PARTITIONS, "fan"), fan(10)) for partition in (0, PARTITIONS - 1))
            for spec in (here, there):
                assert await stack.ended(await stack.start(spec)) is RunStatus.SUCCEEDED
            away = next(one for one in cluster.primaries if one.address == stack.store.server_of(PARTITIONS - 1))
            away.kill()
            with pytest.raises(StoreUnavailableError):
                await stack.again(there.id)
            for _ in range(3):
                assert await stack.ended(await stack.again(here.id)) is RunStatus.SUCCEEDED
            await asyncio.to_thread(away.start)

            async def back() -> str | None:
                with contextlib.suppress(StoreUnavailableError):
                    return await stack.again(there.id)
                return None

            assert await stack.ended(await eventually(back, "the server to be back")) is RunStatus.SUCCEEDED
            await sound(stack)


async def test_an_address_that_takes_a_cluster_for_a_single_server_is_said_to_be_wrong(cluster: Cluster) -> None:
    for member in cluster.primaries:
        with pytest.raises(StoreUnavailableError, match=r"redis\+cluster://"):
            await open_valkey(f"redis://:{PASSWORD}@{member.address}", prefix="t", partitions=8)


async def test_what_is_wrong_is_said_of_the_server_it_is_wrong_with(cluster: Cluster) -> None:
    async with open_stack(cluster.url) as stack:
        assert (await stack.store.condition()).sentences() == []
        member = cluster.primaries[1]
        member.tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", 1 << 30)
        try:
            assert (await stack.store.condition()).sentences() == [
                f"{member.address}: it may evict data: set maxmemory-policy to noeviction"
            ]
        finally:
            member.tell("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", 0)

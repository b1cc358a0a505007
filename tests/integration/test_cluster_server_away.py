"""A Cluster of which one primary is away: what is started meanwhile begins, is ready, and serves the rest."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api_kit import open_api
from away_kit import opened, partitions_of, placed, well, work_in
from cluster_kit import Cluster, Member, open_cluster
from fault_kit import api_service
from listener_kit import Probed, probed, samples
from penstock.audit import verify_partition
from penstock.errors import StoreUnavailableError, UnfitServerError
from penstock.settings import Settings
from penstock.store.valkey import open_valkey
from penstock_cli.doctor import examine
from stack import LEASE_SECONDS, PARTITIONS, Noop, Stack, eventually

TEXT = {"accept": "text/plain"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with open_cluster(tmp_path, extra="cluster-require-full-coverage no\n") as opened:
        yield opened


async def test_a_new_deployment_begins_without_one_server_and_makes_what_is_missing_when_it_is_back(
    cluster: Cluster,
) -> None:
    here, _, away = cluster.primaries
    prefix = placed(cluster, record=here, schedulers=here)
    waiting = partitions_of(cluster, prefix, away)
    away.kill()
    async with opened(cluster, prefix) as stack:
        await stack.scheduler()
        await stack.worker(Noop())
        assert await well(stack, work_in(0))
        with pytest.raises(StoreUnavailableError):
            await stack.start(work_in(waiting[0]))
        await asyncio.to_thread(away.start)
        for partition in range(PARTITIONS):
            assert await well(stack, work_in(partition))
        assert (await stack.store.condition()).sentences() == []
        for partition in range(PARTITIONS):
            assert (await verify_partition(stack.store, partition)).problems == []


async def test_without_the_server_of_its_record_a_deployment_is_not_opened_and_it_is_said_why(cluster: Cluster) -> None:
    away = cluster.primaries[2]
    prefix = placed(cluster, record=away)
    away.kill()
    with pytest.raises(StoreUnavailableError, match=f"holds the record of the deployment .{prefix}:deployment"):
        await open_valkey(cluster.url, prefix=prefix, partitions=PARTITIONS)


async def test_a_server_that_is_silent_does_not_hold_up_the_opening(cluster: Cluster) -> None:
    here, _, away = cluster.primaries
    prefix = placed(cluster, record=here)
    os.kill(away.pid, signal.SIGSTOP)
    try:
        async with opened(cluster, prefix) as stack:
            (trouble,) = await stack.store.degraded()
            assert (trouble.server, trouble.readable) == (away.address, False)
            assert trouble.partitions == partitions_of(cluster, prefix, away)
    finally:
        os.kill(away.pid, signal.SIGCONT)


async def test_an_api_is_ready_while_one_server_is_silent_without_closing_its_connections(cluster: Cluster) -> None:
    away = cluster.primaries[2]
    async with opened(cluster, placed(cluster)) as stack, open_api(stack.store) as api:
        assert await readiness(api) == (200, {"status": "ready"})
        os.kill(away.pid, signal.SIGSTOP)
        try:

            async def degraded() -> list[str] | None:
                status, body = await readiness(api)
                return [one["server"] for one in body.get("degraded", [])] if status == 200 else None

            assert await eventually(degraded, "the API to be ready without that server") == [away.address]
            assert samples((await api.get("/metrics", headers=TEXT)).text)["penstock_server_up", away.address] == 0
        finally:
            os.kill(away.pid, signal.SIGCONT)


async def test_a_server_that_comes_back_unfit_is_complained_of_and_who_starts_then_refuses_it(cluster: Cluster) -> None:
    here, _, away = cluster.primaries
    prefix = placed(cluster, record=here)
    away.kill()
    async with opened(cluster, prefix) as stack:
        assert (await stack.store.condition()).faults == []
        await asyncio.to_thread(away.start)
        away.tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", 1 << 30)
        fault = f"{away.address}: it may evict data: set maxmemory-policy to noeviction"

        async def complained() -> bool:
            return (await stack.store.condition()).faults == [fault]

        await eventually(complained, "the fault to be found")
        with pytest.raises(UnfitServerError, match="it may evict data"):
            await open_valkey(cluster.url, prefix=prefix, partitions=PARTITIONS)


async def test_one_server_that_refuses_writes_degrades_and_only_all_of_them_forbid(cluster: Cluster) -> None:
    async with opened(cluster, placed(cluster)) as stack:
        for member in cluster.primaries:
            condition = await stack.store.condition()
            assert condition.faults == []
            member.tell("CONFIG", "SET", "maxmemory", 1)
        condition = await stack.store.condition()
        assert (len(condition.faults), condition.degraded) == (3, [])
        assert all("out of memory" in fault for fault in condition.faults)
        cluster.primaries[0].tell("CONFIG", "SET", "maxmemory", 0)
        degraded = (await stack.store.condition()).degraded
        assert [one.server for one in degraded] == [member.address for member in cluster.primaries[1:]]
        assert all(one.readable for one in degraded)


@asynccontextmanager
async def all_services(stack: Stack) -> AsyncIterator[tuple[httpx.AsyncClient, Probed, Probed]]:
    leases = {"SCHEDULER_LEASE_SECONDS": str(LEASE_SECONDS), "WORKER_LEASE_SECONDS": str(LEASE_SECONDS)}
    async with AsyncExitStack() as running:
        scheduler = await running.enter_async_context(probed("penstock_scheduler", stack, **leases))
        worker = await running.enter_async_context(probed("penstock_worker", stack, **leases))
        _, api = await running.enter_async_context(api_service(stack))
        yield api, scheduler, worker


async def readiness(client: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    try:
        answer = await client.get("/readyz")
    except httpx.TransportError:  # not listening yet
        return 0, {}
    return answer.status_code, answer.json()


@pytest.mark.parametrize("holds", ["partitions", "the list of schedulers"])
async def test_services_that_start_without_one_server_are_ready_and_say_which_until_it_is_back(
    cluster: Cluster, holds: str
) -> None:
    first, second, away = cluster.primaries
    elsewhere = (
        {"record": first, "schedulers": first} if holds == "partitions" else {"record": second, "schedulers": away}
    )
    prefix = placed(cluster, **elsewhere)
    trouble = {
        "server": away.address,
        "message": "it does not answer",
        "readable": False,
        "partitions": partitions_of(cluster, prefix, away),
    }
    away.kill()
    async with opened(cluster, prefix) as stack, all_services(stack) as (api, scheduler, worker):
        clients = (api, scheduler.http, worker.http)
        for client in clients:

            async def degraded(client: httpx.AsyncClient = client) -> bool:
                return await readiness(client) == (200, {"status": "ready", "degraded": [trouble]})

            await eventually(degraded, "a service to be ready without that server", 40)
        assert await well(stack, work_in(0))
        await told_of(stack, api, away, trouble["partitions"])
        await asyncio.to_thread(away.start)
        for client in clients:

            async def whole(client: httpx.AsyncClient = client) -> bool:
                return await readiness(client) == (200, {"status": "ready"})

            await eventually(whole, "a service to be ready with all servers", 40)
        assert await well(stack, work_in(PARTITIONS - 1))
        assert samples((await api.get("/metrics", headers=TEXT)).text)["penstock_server_up", away.address] == 1


async def told_of(stack: Stack, api: httpx.AsyncClient, away: Member, waiting: object) -> None:
    """What operators look at tells which server is away, and how the partitions fare on the others."""
    system = await api.get("/system")
    assert system.status_code == 503
    assert system.json()["error"]["details"] == [{"field": "store", "message": f"{away.address}: it does not answer"}]
    told = samples((await api.get("/metrics", headers=TEXT)).text)
    assert (told["penstock_store_up",], told["penstock_server_up", away.address]) == (1, 0)
    assert isinstance(waiting, list)
    there = [str(partition) for partition in range(PARTITIONS) if partition not in waiting]
    assert [partition for name, *labels in told if name == "penstock_partition_seq" for partition in labels] == there
    assert ("penstock_runs", "running") not in told
    found = await examine(Settings(redis_url=stack.url, key_prefix=stack.prefix, scheduler_lease_seconds=1))
    assert found.figures is None
    assert away.address in json.dumps([one.what for one in found.findings])


async def test_without_any_server_nobody_is_ready(cluster: Cluster) -> None:
    async with opened(cluster, placed(cluster)) as stack, all_services(stack) as (api, scheduler, worker):

        async def all_answer(status: int) -> bool:
            return all([(await readiness(client))[0] == status for client in (api, scheduler.http, worker.http)])

        await eventually(lambda: all_answer(200), "every service to be ready", 40)
        for member in cluster.primaries:
            member.kill()
        await eventually(lambda: all_answer(503), "no service to be ready", 40)
        for member in cluster.primaries:
            await asyncio.to_thread(member.start)

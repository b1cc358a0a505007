"""A server that refuses writes (no memory, no disk, read-only, no replicas) is waited for, and nothing is half done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx
import pytest

from fault_kit import Deployment, open_deployment, pass_seconds
from penstock.core.dag import dag_version
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.base import Store
from stack import LEASE_SECONDS, PARTITIONS, Held, dag, eventually
from store_backends import HOUR_MS, ServerBackend, open_backend
from store_kit import FIRST, fan, register, run_id, started, success

CHAIN = dag("chain", {"a": (), "b": ("a",)})


class Trouble:
    """A reason for which a server refuses writes."""

    def __init__(self, said: str, begin: Callable[[Deployment], Awaitable[object]]) -> None:
        self.said = said
        self.begin = begin


async def no_memory(deployment: Deployment) -> None:
    await deployment.admin("CONFIG", "SET", "maxmemory", 1)


async def no_replicas(deployment: Deployment) -> None:
    await deployment.admin("CONFIG", "SET", "min-replicas-to-write", 1)


async def read_only(deployment: Deployment) -> None:
    await deployment.admin("REPLICAOF", "127.0.0.1", 1)


async def full_disk(deployment: Deployment) -> None:
    deployment.limit_files()


async def relieve(deployment: Deployment) -> None:
    """Take every trouble away."""
    await deployment.admin("CONFIG", "SET", "maxmemory", 0)
    await deployment.admin("CONFIG", "SET", "min-replicas-to-write", 0)
    await deployment.admin("REPLICAOF", "NO", "ONE")
    deployment.free_files()


TROUBLES = {
    "no memory": Trouble("out of memory", no_memory),
    "no replicas": Trouble("too few replicas", no_replicas),
    "read-only": Trouble("its role is slave", read_only),
    "full disk": Trouble("cannot save to its disk", full_disk),
}


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    # With "always" a server that cannot save does not refuse: it ends. The last test is about that.
    async with open_deployment(tmp_path, appendfsync="everysec") as opened:
        yield opened


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_while_it_refuses_writes_users_get_503_and_afterwards_all_goes_on_by_itself(
    deployment: Deployment, trouble: Trouble
) -> None:
    stack, held = deployment.stack, Held()
    await deployment.serve(held)
    api = await deployment.api()
    await stack.store.register_dag(CHAIN, dag_version(CHAIN))
    acknowledged = [(await api.post("/dags/chain/run")).json()["run_id"]]
    await eventually(lambda: holds(held, "a"), "the attempt to begin")

    async def refused() -> bool:
        answer = await api.post("/dags/chain/run")
        if answer.is_success:  # a full disk shows at the first write that does not fit
            acknowledged.append(answer.json()["run_id"])
            return False
        return answer.status_code == 503 and bool(answer.headers["retry-after"])

    await trouble.begin(deployment)
    await eventually(refused, "a request to be refused")
    logs = await heads(stack.store)
    assert await says(api, trouble.said)
    await pass_seconds(1.5 * LEASE_SECONDS)
    held.running["a"].set()
    for method, path in (("POST", "/dags/chain/run"), ("POST", f"/runs/{acknowledged[0]}/cancel")):
        assert (await api.request(method, path)).status_code == 503
    assert [(await api.get(path)).status_code for path in ("/healthz", f"/runs/{acknowledged[0]}")] == [200, 200]
    assert await heads(stack.store) == logs

    await relieve(deployment)
    await deployment.reconnect()
    letting_go = asyncio.create_task(let_go(held))
    for run in acknowledged:
        assert await stack.ended(run) is RunStatus.SUCCEEDED
        assert [(task.attempt, task.losses) for task in (await stack.tasks(run)).values()] == [(1, 0)] * 2
    letting_go.cancel()
    assert (await stack.store.figures()).runs["succeeded"] == len(acknowledged)
    assert (await api.get("/readyz")).status_code == 200


async def holds(held: Held, task_id: str) -> bool:
    return task_id in held.running


async def let_go(held: Held) -> None:
    """Let every attempt end as soon as it has begun."""
    while True:
        for release in held.running.values():
            release.set()
        await asyncio.sleep(0.01)


async def heads(store: Store) -> list[tuple[int, str]]:
    found = [await store.head(partition) for partition in range(PARTITIONS)]
    return [(head.seq, head.hash) for head in found]


async def says(api: httpx.AsyncClient, words: str) -> bool:
    answer = await api.get("/readyz")
    return answer.status_code == 503 and words in answer.json()["error"]["message"]


@asynccontextmanager
async def out_of_memory(server: ServerBackend) -> AsyncIterator[None]:
    await server.command("CONFIG", "SET", "maxmemory", 1)
    try:
        yield
    finally:
        await server.command("CONFIG", "SET", "maxmemory", 0)


@pytest.fixture
async def server(deployment: Deployment) -> AsyncIterator[ServerBackend]:
    opened = cast("ServerBackend", await open_backend(deployment.stack.url))
    yield opened
    await opened.store.close()


async def test_without_memory_a_script_that_needs_some_is_refused_before_its_first_write(server: ServerBackend) -> None:
    store = server.store
    reign, run = await started(store, fan(3))
    (claim,) = await store.claim(0, "w", 1)
    commit = await reign.prepare()
    assert commit is not None
    attempts: dict[str, Callable[[], Awaitable[object]]] = {
        "register": lambda: register(store, dag(FIRST, fan(2))),
        "request": lambda: store.request_run(FIRST, run_id(7)),
        "cancel": lambda: store.cancel_run(run),
        "commit": lambda: store.commit(commit),
        "claim": lambda: store.claim(0, "w", 1),
        "sweep": lambda: store.sweep(0, reign.term, 0, 0, HOUR_MS),
        "take_over": lambda: store.take_over(1, "owner", HOUR_MS),
        "output": lambda: store.append_output(claim, 1, [(1, "stdout", "a line")]),
    }
    before = await server.dump()
    async with out_of_memory(server):
        for name, attempt in attempts.items():
            with pytest.raises(StoreUnavailableError):
                await attempt()
            assert await server.dump() == before, name
    assert isinstance(await store.commit(commit), r.Committed)


async def test_without_memory_what_runs_is_kept_and_what_ends_is_reported(server: ServerBackend) -> None:
    store = server.store
    reign, _ = await started(store, fan(2))
    first, second = await store.claim(0, "w", 2)
    async with out_of_memory(server):
        assert await store.heartbeat("w", [first, second]) == ["ok", "ok"]
        assert await store.report([(first, success(first))]) == ["accepted"]
        assert await store.renew(0, "owner", reign.term, HOUR_MS) is not None
        await reign.give_up()
    assert (await store.head(0)).owner == ""
    assert list((await server.queue(0)).values()) == ["w"]


async def test_a_server_that_dies_of_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    async with open_deployment(tmp_path, appendfsync="always") as deployment:
        stack, held = deployment.stack, Held()
        await deployment.serve(held)
        api = await deployment.api()
        await stack.store.register_dag(CHAIN, dag_version(CHAIN))
        acknowledged = [(await api.post("/dags/chain/run")).json()["run_id"]]
        await eventually(lambda: holds(held, "a"), "the attempt to begin")
        deployment.limit_files()
        assert (await api.post("/dags/chain/run")).status_code == 503
        await deployment.gone()
        await deployment.revive()
        letting_go = asyncio.create_task(let_go(held))
        for run in acknowledged:
            assert await stack.ended(run) is RunStatus.SUCCEEDED
        letting_go.cancel()
        assert (await stack.store.figures()).runs["succeeded"] == len(acknowledged)

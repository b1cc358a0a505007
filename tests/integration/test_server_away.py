"""Who waits for a server does not storm it, and who asked an API that died may ask the next one."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from api_kit import serve_api, sse
from fault_kit import Deployment, api_service, open_deployment, pass_seconds
from penstock.backoff import FIRST_SECONDS, LONGEST_SECONDS
from penstock.core.dag import dag_version
from penstock.core.status import RunStatus
from stack import DIAMOND, LEASE_SECONDS, PARTITIONS, Held, Noop, dag, eventually

AWAY_SECONDS = 4.0


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with open_deployment(tmp_path) as opened:
        yield opened


class Door:
    """Stands where the server was, counts who knocks, and lets nobody in."""

    def __init__(self) -> None:
        self.knocks = 0

    @asynccontextmanager
    async def standing(self, port: int) -> AsyncIterator[None]:
        async with await asyncio.start_server(self._refuse, "127.0.0.1", port):
            yield

    async def _refuse(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.knocks += 1
        writer.close()


def most_attempts(seconds: float, longest: float = LONGEST_SECONDS) -> int:
    """Return how often one loop can try in that time, if chance makes each of its waits as short as can be."""
    count, elapsed, wait = 2, 0.0, min(FIRST_SECONDS, longest)  # the first try, and one that was under way
    while elapsed < seconds:
        elapsed += wait / 2
        wait = min(2 * wait, longest)
        count += 1
    return count


async def test_a_server_that_is_away_is_asked_for_no_more_often_than_the_backoff_allows(deployment: Deployment) -> None:
    stack, held = deployment.stack, Held()
    await deployment.serve(held)
    run_id = await stack.start(dag("held", {"a": ()}))

    async def begun() -> bool:
        return "a" in held.running

    await eventually(begun, "the attempt to begin")
    loop, door = asyncio.get_running_loop(), Door()
    async with serve_api(await deployment.store()) as (api, _), aclosing(sse(api, "/events")) as viewer:
        await anext(viewer)
        await deployment.kill()
        since = loop.time()
        async with door.standing(int(stack.url.rpartition(":")[2].partition("/")[0])):
            await pass_seconds(AWAY_SECONDS)
            knocks, away = door.knocks, loop.time() - since
    # The scheduler's presence and each of its partitions; the worker's claims and its bell; the live feed.
    loops = 1 + PARTITIONS + 2 + 1
    heartbeats = most_attempts(away, LEASE_SECONDS / 6)
    assert loops < knocks <= loops * most_attempts(away) + heartbeats
    await deployment.revive()
    held.running["a"].set()
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED


async def test_an_api_that_is_killed_under_load_leaves_each_key_one_run(deployment: Deployment) -> None:
    stack, spec = deployment.stack, dag("diamond", DIAMOND)
    await deployment.serve(Noop())
    await stack.store.register_dag(spec, dag_version(spec))
    acknowledged: dict[str, str] = {}
    failures = 0

    async def client(number: int, replicas: list[httpx.AsyncClient]) -> None:
        nonlocal failures
        replica = itertools.cycle(replicas)
        for key in (f"key-{number}-{count}" for count in range(15)):
            while key not in acknowledged:
                try:
                    answer = await next(replica).post("/dags/diamond/run", headers={"Idempotency-Key": key})
                except httpx.TransportError:
                    failures += 1
                    continue
                assert answer.is_success, answer.text
                acknowledged[key] = answer.json()["run_id"]

    async def some() -> bool:
        return len(acknowledged) >= 30

    async with api_service(stack) as (doomed, first), api_service(stack) as (_, second):
        clients = [asyncio.create_task(client(number, [first, second])) for number in range(8)]
        await eventually(some, "runs to be acknowledged")
        doomed.kill()
        await asyncio.gather(*clients)
    assert failures
    assert len(set(acknowledged.values())) == len(acknowledged) == 120
    for run_id in acknowledged.values():
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert (await stack.store.figures()).runs["succeeded"] == len(acknowledged)

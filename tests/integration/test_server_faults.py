"""A bad server is ordinary: it dies, forgets, drags or refuses, and everything goes on by itself afterwards."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from fault_kit import Deployment, api_service, open_deployment, pass_seconds, service
from penstock.core import events as e
from penstock.core.dag import dag_version
from penstock.core.status import RunStatus
from stack import DIAMOND, LEASE_SECONDS, PARTITIONS, Held, Noop, Stack, dag, eventually

RUNS = 40


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with open_deployment(tmp_path) as opened:
        yield opened


async def insist(api: httpx.AsyncClient, number: int) -> str:
    """Request a run under a key of its own until it is acknowledged; nothing but 503 may be said before."""
    while True:
        answer = await api.post("/dags/diamond/run", headers={"Idempotency-Key": f"key-{number}"})
        if answer.is_success:
            run_id: str = answer.json()["run_id"]
            return run_id
        assert answer.status_code == 503, answer.text
        assert answer.headers["retry-after"]


async def all_went_well(stack: Stack, runs: list[str]) -> None:
    """Wait for the ends of runs: each task succeeded once, at its first attempt, and each run exists once."""
    assert len(set(runs)) == len(runs)
    for run_id in runs:
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
        history = await stack.history(run_id)
        succeeded = Counter(event.task_id for event in history if isinstance(event, e.TaskSucceeded))
        assert succeeded == Counter("abcd")
        assert not [event for event in history if isinstance(event, e.TaskLost | e.FactRejected)]
    assert (await stack.store.figures()).runs["succeeded"] == len(runs)


async def terms(stack: Stack) -> list[int]:
    return [(await stack.store.head(partition)).term for partition in range(PARTITIONS)]


async def grown(stack: Stack, events: int) -> bool:
    return (await stack.store.figures()).events >= events


async def test_a_server_that_is_killed_and_comes_back_loses_nothing_and_nobody(deployment: Deployment) -> None:
    stack = deployment.stack
    await deployment.serve(Noop())
    api = await deployment.api()
    await stack.store.register_dag(dag("diamond", DIAMOND), dag_version(dag("diamond", DIAMOND)))
    first = await stack.again("diamond")
    await stack.ended(first)
    owned = await terms(stack)

    async def request() -> list[str]:
        return [await insist(api, number) for number in range(RUNS)]

    requests = asyncio.create_task(request())
    for events in (100, 300, 500):
        await eventually(lambda events=events: grown(stack, events), "work to be under way")  # type: ignore[misc]  # bound now
        await deployment.kill()
        await deployment.revive()
    await all_went_well(stack, [first, *await requests])
    assert await terms(stack) == owned


async def test_attempts_survive_a_server_that_is_away_for_longer_than_their_lease(deployment: Deployment) -> None:
    stack, held = deployment.stack, Held()
    await deployment.serve(held)
    run_id = await stack.start(dag("held", {"a": (), "b": ("a",)}))
    await eventually(lambda: runs(held, "a"), "the attempt to begin")
    await deployment.kill()
    await pass_seconds(1.5 * LEASE_SECONDS)
    await deployment.revive()
    await pass_seconds(1.5 * LEASE_SECONDS)
    held.running["a"].set()
    await eventually(lambda: runs(held, "b"), "what follows to begin")
    held.running["b"].set()
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert {name: (task.attempt, task.losses) for name, task in (await stack.tasks(run_id)).items()} == {
        "a": (1, 0),
        "b": (1, 0),
    }


async def runs(held: Held, task_id: str) -> bool:
    return task_id in held.running


async def test_processes_stay_alive_without_their_server_and_go_on_with_it(deployment: Deployment) -> None:
    stack = deployment.stack
    async with (
        service(stack, "penstock_scheduler") as scheduler,
        service(stack, "penstock_worker") as worker,
        api_service(stack) as (process, api),
    ):
        await stack.store.register_dag(dag("diamond", DIAMOND), dag_version(dag("diamond", DIAMOND)))
        before = [await insist(api, number) for number in range(5)]
        await deployment.kill()
        assert (await api.get("/healthz")).status_code == 200
        ready = await api.get("/readyz")
        assert (ready.status_code, ready.json()["error"]["message"]) == (503, "The store does not answer.")
        assert (await api.post("/dags/diamond/run")).headers["retry-after"]
        await deployment.revive()
        await all_went_well(stack, [*before, *[await insist(api, number) for number in range(5, 10)]])
        assert (await api.get("/readyz")).status_code == 200
        assert [each.returncode for each in (scheduler, worker, process)] == [None] * 3


async def test_connections_reset_and_scripts_forgotten_again_and_again_are_hardly_noticed(
    deployment: Deployment,
) -> None:
    stack = deployment.stack
    await deployment.serve(Noop())
    api = await deployment.api()
    await stack.store.register_dag(dag("diamond", DIAMOND), dag_version(dag("diamond", DIAMOND)))
    owned = await terms(stack)

    async def request() -> list[str]:
        return [await insist(api, number) for number in range(RUNS)]

    requests = asyncio.create_task(request())
    for events in range(20, 400, 20):
        await eventually(lambda events=events: grown(stack, events), "work to be under way")  # type: ignore[misc]  # bound now
        await deployment.admin("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await deployment.admin("SCRIPT", "FLUSH")
        await deployment.reconnect()
    await all_went_well(stack, await requests)
    assert await terms(stack) == owned


SPIN = """
local begun = os.clock()
repeat until os.clock() - begun > tonumber(ARGV[1])
"""


@pytest.mark.parametrize("threshold_ms", [5000, 100], ids=["silent", "answers BUSY"])
async def test_a_server_that_is_busy_for_seconds_is_waited_for(deployment: Deployment, threshold_ms: int) -> None:
    stack, held = deployment.stack, Held()
    await deployment.serve(held)
    api = await deployment.api()
    run_id = await stack.start(dag("held", {"a": (), "b": ("a",)}))
    await eventually(lambda: runs(held, "a"), "the attempt to begin")
    await deployment.admin("CONFIG", "SET", "busy-reply-threshold", threshold_ms)
    busy = asyncio.create_task(deployment.admin("EVAL", SPIN, 0, 2.5))
    if threshold_ms < 2500:
        await eventually(lambda: says(api, "a script keeps it busy"), "the server to say that it is busy")
        assert (await api.get("/dags")).status_code == 503
    held.running["a"].set()
    await busy
    await eventually(lambda: runs(held, "b"), "what follows to begin")
    held.running["b"].set()
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert [task.attempt for task in (await stack.tasks(run_id)).values()] == [1, 1]
    assert (await api.get("/readyz")).status_code == 200


async def says(api: httpx.AsyncClient, words: str) -> bool:
    """Whether the API is not ready and says why in such words."""
    answer = await api.get("/readyz")
    return answer.status_code == 503 and words in answer.json()["error"]["message"]

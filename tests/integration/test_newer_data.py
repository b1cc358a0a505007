"""Upgrades: what a newer Penstock has written makes an older process step aside, loudly, and touch nothing."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import newer_scheduler
from fault_kit import service
from newer_scheduler import NEWER
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, dag_version, encode_dag
from penstock.core.events import SCHEMA_VERSION, RunCancelled, TaskReturned
from penstock.core.status import RunStatus
from penstock.errors import NewerSchemaError
from penstock.ids import partition_of_dag
from penstock.process import STEPPED_ASIDE
from penstock.store.valkey.keys import PartitionKeys
from penstock_scheduler.service import Scheduler
from penstock_worker.service import Worker
from stack import LEASE_SECONDS, PARTITIONS, Held, Noop, Stack, dag, eventually
from store_kit import dag_id_in

CHAIN = {"a": (), "b": ("a",)}


def keys_of(stack: Stack, dag_id: str) -> PartitionKeys:
    return stack.store._db.keys[partition_of_dag(dag_id, PARTITIONS)]


def newer(event: bytes) -> bytes:
    """Return an event as a newer Penstock would write it."""
    return msgspec.json.encode({**msgspec.json.decode(event), "v": SCHEMA_VERSION + 1, "novelty": True})


def with_a_novelty(spec: DagSpec) -> bytes:
    """Return a definition as a newer Penstock would store it."""
    return msgspec.json.encode({**msgspec.json.decode(encode_dag(spec)), "novelty": True})


async def stored(stack: Stack, keys: PartitionKeys) -> dict[str, object]:
    """Return what is stored of a partition, except who owns it and under which term."""
    names = sorted(key.decode() for key in await stack.store._db.command("KEYS", f"{keys.base}*"))
    kept = [name for name in names if name not in (keys.head, keys.lease)]
    dumps = await stack.store._db.pipeline([("DUMP", name) for name in kept])
    head = await stack.store.head(int(keys.base.partition("{")[2].partition(".")[0]))
    return {**dict(zip(kept, dumps, strict=True)), "head": (head.seq, head.hash, head.cursor, head.incarnation)}


async def test_a_newer_fact_ends_a_scheduler_that_leaves_everything_as_it_was(stack: Stack) -> None:
    run_id = await stack.start(dag("upgraded", CHAIN))
    keys = keys_of(stack, "upgraded")
    fact = newer(encode_event(RunCancelled(run_id=run_id)))
    await stack.store._db.command("XADD", keys.inbox, "*", "fact", fact)
    before = await stored(stack, keys)
    async with service(stack, "penstock_scheduler", PENSTOCK_LOG_LEVEL="error") as scheduler:
        assert await scheduler.wait() == STEPPED_ASIDE
    assert await stored(stack, keys) == before
    assert await stack.store.schedulers() == []
    head = await stack.store.take_over(partition_of_dag("upgraded", PARTITIONS), "newer", 1000)
    assert head is not None
    assert head.seq == 0


async def test_a_scheduler_does_not_go_on_with_a_log_that_a_newer_one_has_written(stack: Stack) -> None:
    run_id = await stack.start(dag("upgraded", CHAIN))
    keys = keys_of(stack, "upgraded")
    await stack.store._db.command("XADD", keys.log, "1-0", "event", newer(encode_event(RunCancelled(run_id=run_id))))
    await stack.store._db.command("HSET", keys.head, "seq", 1)
    before = await stored(stack, keys)
    older = Scheduler(stack.store, "older", lease_seconds=LEASE_SECONDS, worker_lease_seconds=LEASE_SECONDS)
    with pytest.raises(NewerSchemaError, match=f"schema version {SCHEMA_VERSION + 1}"):
        await older.run()
    assert await stored(stack, keys) == before


async def test_an_older_scheduler_beside_a_newer_one_steps_aside_and_leaves_the_logs_as_they_were(stack: Stack) -> None:
    await stack.worker(Noop())
    specs = [dag(dag_id_in(partition, PARTITIONS), CHAIN) for partition in range(PARTITIONS)]
    async with service(stack, "penstock_scheduler") as older:
        await all_succeed(stack, [await stack.start(spec) for spec in specs])
        async with service(stack, "newer_scheduler", PYTHONPATH=beside_the_tests()):
            await eventually(lambda: shared(stack), "an even share")
            await all_succeed(stack, [await stack.again(spec.id) for spec in specs])
        before = await logged(stack)
        assert {SCHEMA_VERSION, NEWER} == {version for log in before for version in log}
        waiting = [await stack.again(spec.id) for spec in specs]
        assert await older.wait() == STEPPED_ASIDE
    async with service(stack, "newer_scheduler", PYTHONPATH=beside_the_tests()):
        await all_succeed(stack, waiting)
    for log, then in zip(await logged(stack), before, strict=True):
        assert log == sorted(log), "an older scheduler has written after a newer one"
        assert NEWER not in then or set(log[len(then) :]) == {NEWER}


async def all_succeed(stack: Stack, runs: list[str]) -> None:
    assert {await stack.ended(run_id, 60) for run_id in runs} == {RunStatus.SUCCEEDED}


async def shared(stack: Stack) -> bool:
    owners = Counter([(await stack.store.head(partition)).owner for partition in range(PARTITIONS)])
    return sorted(owners.values()) == [PARTITIONS // 2] * 2


async def logged(stack: Stack) -> list[list[int]]:
    """Return the schema versions of the events of each partition, in order."""
    logs = [await stack.store.log(partition, 0, 10_000) for partition in range(PARTITIONS)]
    return [[msgspec.json.decode(entry.data)["v"] for entry in log] for log in logs]


def beside_the_tests() -> str:
    """Return where a process finds the modules of the tests, besides what this one finds."""
    return os.pathsep.join([str(Path(newer_scheduler.__file__).parent), os.environ.get("PYTHONPATH", "")])


async def test_a_newer_definition_ends_a_worker_that_gives_the_attempt_back(stack: Stack) -> None:
    await stack.scheduler()
    spec = dag("upgraded", CHAIN)
    await stack.store.register_dag(spec, dag_version(spec))
    definition = keys_of(stack, spec.id).definition(dag_version(spec))
    run_id = await stack.again(spec.id)
    await eventually(lambda: is_ready(stack), "the attempt to be ready")
    await stack.store._db.command("SET", definition, with_a_novelty(spec))
    async with service(stack, "penstock_worker") as worker:
        assert await worker.wait() == STEPPED_ASIDE
    await stack.store._db.command("SET", definition, encode_dag(spec))
    await stack.worker(Noop())
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    task = (await stack.tasks(run_id))["a"]
    assert (task.attempt, task.failures, task.losses) == (2, 0, 0)


async def test_a_worker_that_steps_aside_lets_finish_what_runs(stack: Stack) -> None:
    await stack.scheduler()
    held = Held()
    worker = Worker(
        stack.store,
        "older",
        {"shell": held},
        slots=2,
        lease_seconds=LEASE_SECONDS,
        drain_seconds=20,
        output_cap_bytes=1,
    )
    working = asyncio.create_task(worker.run())
    run_id = await stack.start(dag("known", {"a": ()}))
    await eventually(lambda: runs(held, "a"), "the attempt to begin")
    spec = dag("upgraded", CHAIN)
    await stack.store.register_dag(spec, dag_version(spec))
    await eventually(lambda: is_registered(stack, spec.id), "the definition to be in the log")
    await stack.store._db.command("SET", keys_of(stack, spec.id).definition(dag_version(spec)), with_a_novelty(spec))
    unknown = await stack.again(spec.id)
    await eventually(lambda: returned(stack, unknown), "the attempt to be given back")
    held.running["a"].set()
    with pytest.raises(NewerSchemaError, match="novelty"):
        await working
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED


async def is_registered(stack: Stack, dag_id: str) -> bool:
    return (await stack.store.versions(dag_id))[0].seq > 0


async def is_ready(stack: Stack) -> bool:
    return (await stack.store.figures()).queue_depth == 1


async def runs(held: Held, task_id: str) -> bool:
    return task_id in held.running


async def returned(stack: Stack, run_id: str) -> bool:
    return any(isinstance(event, TaskReturned) for event in await stack.history(run_id))

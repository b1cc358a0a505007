"""What nobody can digest is put aside, bounded and told of, and delays nobody else."""

import asyncio

import pytest

from api_kit import open_api
from fault_kit import service
from penstock.core.accept import MAX_LOSSES
from penstock.core.status import RunStatus, TaskStatus
from penstock.ids import partition_of_dag
from penstock.process import STEPPED_ASIDE
from penstock.store.records import DEAD_LETTERS_KEPT
from penstock.store.valkey.keys import PartitionKeys
from penstock.store.valkey.reads import text_fields
from penstock.store.views import Figures
from penstock_scheduler import upkeep
from stack import PARTITIONS, Noop, Stack, dag, eventually

ONE: dict[str, tuple[str, ...]] = {"a": ()}


def keys_of(stack: Stack, dag_id: str) -> PartitionKeys:
    return stack.store._db.keys[partition_of_dag(dag_id, PARTITIONS)]


async def dead_letters(stack: Stack, count: int) -> Figures | None:
    figures = await stack.store.figures()
    return figures if figures.dead_letters == count else None


async def test_a_fact_that_nobody_can_read_is_kept_with_the_reason_and_counted(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    keys = keys_of(stack, "beside")
    await stack.store._db.command("XADD", keys.inbox, "*", "fact", b"\xff garbage")
    run_id = await stack.start(dag("beside", ONE))
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    ((_, letter),) = await stack.store._db.command("XRANGE", keys.dead, "-", "+")
    fields = text_fields(letter)
    assert fields["fact"] == rb"\xff garbage"
    assert b"Not an event" in fields["reason"]
    async with open_api(stack.store) as api:
        assert (await api.get("/metrics")).json()["dead_letters"] == 1


async def test_of_dead_letters_only_the_latest_are_kept(stack: Stack) -> None:
    keys = keys_of(stack, "full")
    await stack.store._db.pipeline([("XADD", keys.dead, "*", "id", "0-0")] * DEAD_LETTERS_KEPT)
    await stack.store._db.pipeline([("XADD", keys.inbox, "*", "fact", f"garbage {number}") for number in range(3)])
    await stack.scheduler()

    async def last() -> bytes | None:
        ((_, letter),) = await stack.store._db.command("XREVRANGE", keys.dead, "+", "-", "COUNT", 1)
        fact: bytes | None = text_fields(letter).get("fact")
        return fact

    assert await eventually(last, "the last letter") == b"garbage 2"
    assert (await stack.store.figures()).dead_letters == DEAD_LETTERS_KEPT


async def test_a_queue_entry_of_a_run_that_does_not_exist_does_no_harm(stack: Stack) -> None:
    keys = keys_of(stack, "beside")
    fields = ("run", "never", "task", "a", "number", 0, "attempt", 1, "dag", "beside", "version", "none")
    await stack.store._db.command("XADD", keys.queue("default"), "1-0", *fields)
    await stack.scheduler()
    await stack.worker(Noop())
    assert await stack.ended(await stack.start(dag("beside", ONE))) is RunStatus.SUCCEEDED

    async def at_rest() -> bool:
        figures = await stack.store.figures()
        return figures.queue_depth == figures.pending == figures.inbox_lag == 0

    await eventually(at_rest, "the entry to be done with")


@pytest.mark.parametrize("claimed", [False, True])
async def test_a_queue_entry_that_somebody_added_by_hand_is_put_aside_and_the_next_run_ends(
    stack: Stack, *, claimed: bool
) -> None:
    keys = keys_of(stack, "beside")
    await stack.scheduler()
    fields = ("run", "never", "task", "a", "number", 0, "attempt", 1, "dag", "beside", "version", "none")
    if claimed:
        await stack.worker(Noop())
    await stack.store._db.command("XADD", keys.queue("default"), "*", *fields)
    if claimed:
        await eventually(lambda: nothing_waits(stack), "the entry to be claimed")
    first = await stack.start(dag("beside", {"a": (), "b": ("a",)}))
    if not claimed:
        await eventually(lambda: dead_letters(stack, 1), "the entry to be put aside")
        await stack.worker(Noop())
    assert await stack.ended(first) is RunStatus.SUCCEEDED
    assert await stack.ended(await stack.start(dag("beside", ONE))) is RunStatus.SUCCEEDED
    assert [(task.attempt, task.losses) for task in (await stack.tasks(first)).values()] == [(1, 0)] * 2


async def nothing_waits(stack: Stack) -> bool:
    return not (await stack.store.figures()).queue_depth


async def test_a_queue_entry_that_nobody_understands_ends_one_worker_and_is_put_aside(stack: Stack) -> None:
    keys = keys_of(stack, "beside")
    await stack.store._db.command("XADD", keys.queue("default"), "1-0", "novelty", "1")
    await stack.scheduler()
    async with service(stack, "penstock_worker") as worker:
        assert await worker.wait() == STEPPED_ASIDE
    await stack.worker(Noop())
    assert await stack.ended(await stack.start(dag("beside", ONE))) is RunStatus.SUCCEEDED
    figures = await eventually(lambda: dead_letters(stack, 2), "its start and its loss to be put aside")
    assert figures.pending == 0


async def test_a_task_that_kills_its_worker_is_lost_so_often_and_takes_nobody_with_it(stack: Stack) -> None:
    await stack.scheduler()
    deadly = await stack.start(dag("deadly", ONE, command="sleep 0.3; kill -9 $PPID", retries=5))
    # They run beside it each time it strikes, and longer than the workers live.
    victims = await stack.start(dag("victims", {"a": (), "b": (), "c": ()}, command="sleep 1"))

    async def workers() -> None:
        """Replace the worker whenever it has died, as a supervisor does."""
        while True:
            async with service(stack, "penstock_worker", PENSTOCK_WORKER_SLOTS="8") as worker:
                await worker.wait()

    supervisor = asyncio.create_task(workers())
    harmless = await stack.start(dag("harmless", {"a": (), "b": ("a",)}))
    assert await stack.ended(harmless, 60) is RunStatus.SUCCEEDED
    assert await stack.ended(deadly, 60) is RunStatus.FAILED
    assert await stack.ended(victims, 60) is RunStatus.SUCCEEDED
    supervisor.cancel()
    await asyncio.gather(supervisor, return_exceptions=True)
    task = (await stack.tasks(deadly))["a"]
    assert (task.status, task.attempt, task.losses, task.failures) == (TaskStatus.FAILED, MAX_LOSSES, MAX_LOSSES, 0)
    assert task.error is not None
    assert task.error.kind == "lost"


@pytest.mark.parametrize("takeover", [False, True], ids=["loaded", "not loaded"])
@pytest.mark.parametrize("claimed", [False, True], ids=["ready", "running"])
async def test_an_attempt_that_has_vanished_without_a_report_is_lost_and_tried_anew(
    stack: Stack, *, claimed: bool, takeover: bool
) -> None:
    first = await stack.scheduler()
    run_id = await stack.start(dag("vanished", {"a": (), "b": ("a",)}))
    partition, queue = partition_of_dag("vanished", PARTITIONS), keys_of(stack, "vanished").queue("default")

    async def ready() -> bool:
        return (await stack.store.figures()).queue_depth == 1

    await eventually(ready, "the attempt to be ready")
    if takeover:
        first.stop()
        await eventually(lambda: unowned(stack, partition), "the partition to be given up")
    if claimed:
        (claim,) = await stack.store.claim(partition, "gone", 1)
        await stack.store._db.command("XACK", queue, "workers", f"{claim.id}-0")
    await stack.store._db.command("XTRIM", queue, "MAXLEN", 0)
    if takeover:
        await stack.scheduler()
    await stack.worker(Noop())
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    task = (await stack.tasks(run_id))["a"]
    assert (task.attempt, task.losses, task.failures) == (2, 1, 0)
    history = [type(event).__name__ for event in await stack.history(run_id) if getattr(event, "task_id", "") == "a"]
    once = ["TaskReady", "TaskStarted"]
    assert history == [*once, "TaskLost", *once, "TaskSucceeded"]


async def unowned(stack: Stack, partition: int) -> bool:
    return not (await stack.store.head(partition)).owner


async def test_a_report_that_nobody_can_read_costs_a_loss_and_no_run(stack: Stack) -> None:
    await stack.scheduler()
    run_id = await stack.start(dag("unreadable", ONE))
    keys = keys_of(stack, "unreadable")

    async def claimed() -> list[object]:
        return list(await stack.store.claim(partition_of_dag("unreadable", PARTITIONS), "w", 1))

    await eventually(claimed, "the attempt")
    # What the script of a report does, with a fact that is cut off.
    await stack.store._db.command("XGROUP", "DELCONSUMER", keys.queue("default"), "workers", "w")
    await stack.store._db.command("XTRIM", keys.queue("default"), "MAXLEN", 0)
    await stack.store._db.command("XADD", keys.inbox, "*", "fact", '{"type":"TaskSucceeded","v":1')
    await stack.worker(Noop())
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert (await stack.tasks(run_id))["a"].losses == 1
    assert await dead_letters(stack, 1)


async def consumers(stack: Stack, dag_id: str) -> set[str]:
    answer = await stack.store._db.command("XINFO", "CONSUMERS", keys_of(stack, dag_id).queue("default"), "workers")
    return {text_fields(consumer)["name"].decode() for consumer in answer}


async def test_workers_that_are_gone_are_forgotten_unless_they_hold_something(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition = partition_of_dag("names", PARTITIONS)
    await stack.start(dag("names", {"a": (), "b": ()}))
    scheduler = await stack.scheduler()

    claims = await eventually(lambda: stack.store.claim(partition, "holds", 2), "attempts")
    assert await stack.store.claim(partition, "gone", 1) == []
    assert await consumers(stack, "names") == {"holds", "gone"}
    await stack.store.retire(partition, 3_600_000)
    assert await consumers(stack, "names") == {"holds", "gone"}
    monkeypatch.setattr(upkeep, "RETIRE_MS", 0)

    async def forgotten() -> bool:
        await stack.store.heartbeat("holds", claims)
        return await consumers(stack, "names") == {"holds"}

    await eventually(forgotten, "the worker that is gone to be forgotten")
    scheduler.stop()
    await eventually(lambda: unowned(stack, partition), "the partition to be given up")
    assert await stack.store.claim(partition, "gone", 1) == []
    assert "gone" in await consumers(stack, "names")

"""Runs as users see them: from the request to the last event, on the real server, with real processes."""

import asyncio
from itertools import pairwise

from penstock.core import events as e
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import RunStatus, TaskStatus
from stack import DIAMOND, Held, Noop, Stack, dag, eventually


def kinds(history: list[e.AnyEvent], task_id: str = "") -> list[str]:
    return [type(event).__name__ for event in history if getattr(event, "task_id", "") == task_id]


async def test_a_diamond_runs_in_the_order_of_its_dependencies(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("diamond", DIAMOND))
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    history = await stack.history(run_id)
    assert kinds(history) == ["RunRequested", "RunStarted", "RunFinished"]
    ready = {event.task_id: event for event in history if isinstance(event, e.TaskReady)}
    ended = [event.task_id for event in history if isinstance(event, e.TaskSucceeded)]
    assert ended[0] == "a"
    assert ended[-1] == "d"
    assert ready["d"].waited_for == ended[2]
    assert all(event.cause for event in history)


async def test_a_run_requested_while_nobody_is_up_is_run_later(stack: Stack) -> None:
    run_id = await stack.start(dag("patient", DIAMOND))
    assert (await stack.view(run_id)).summary.status is RunStatus.REQUESTED
    await stack.scheduler()
    await stack.worker(Noop())
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED


async def test_failed_attempts_are_retried_and_then_the_task_fails(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    spec = dag("spent", {"a": ()}, command="exit 3", retries=3, retry_delay_seconds=0.01)
    spec.tasks["next"] = TaskSpec(id="next", name="next", command="true", dependencies=("a",))
    spec.tasks["other"] = TaskSpec(id="other", name="other", command="true")
    run_id = await stack.start(spec)
    assert await stack.ended(run_id) is RunStatus.FAILED
    tasks = await stack.tasks(run_id)
    assert (tasks["a"].status, tasks["a"].attempt, tasks["a"].exit_code) == (TaskStatus.FAILED, 4, 3)
    assert (tasks["next"].status, tasks["next"].upstream) == (TaskStatus.UPSTREAM_FAILED, "a")
    assert tasks["other"].status is TaskStatus.SUCCEEDED
    failures = [event for event in await stack.history(run_id) if isinstance(event, e.TaskFailed)]
    waits = [event.retry_at - event.at for event in failures]
    assert waits[3] < 0 == failures[3].retry_at
    assert all(later >= 1.5 * earlier for earlier, later in pairwise(waits[:3]))


async def test_a_task_that_ignores_its_timeout_is_killed_and_says_so(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("stubborn", {"a": ()}, command="trap '' TERM; sleep 600", timeout_seconds=0.2))
    assert await stack.ended(run_id) is RunStatus.FAILED
    error = (await stack.tasks(run_id))["a"].error
    assert error is not None
    assert error.kind == "timeout"


async def test_cancelling_ends_waiting_tasks_at_once_and_kills_running_ones(stack: Stack) -> None:
    held = Held()
    await stack.scheduler()
    await stack.worker(held)
    run_id = await stack.start(dag("cancelled", {"a": (), "b": ("a",)}))
    await eventually(lambda: _true("a" in held.running), "task a to run")
    assert await stack.store.cancel_run(run_id) is RunStatus.RUNNING
    assert await stack.ended(run_id) is RunStatus.CANCELLED
    assert held.killed == ["a"]
    history = await stack.history(run_id)
    assert kinds(history, "b") == ["TaskCancelled"]
    assert kinds(history, "a") == ["TaskReady", "TaskStarted", "TaskCancelled"]


async def test_a_ready_attempt_of_a_cancelled_run_leaves_the_queue(stack: Stack) -> None:
    await stack.scheduler()
    run_id = await stack.start(dag("unclaimed", {"a": ()}))
    await eventually(lambda: _status(stack, run_id, TaskStatus.READY), "task a to be ready")
    await stack.store.cancel_run(run_id)
    assert await stack.ended(run_id) is RunStatus.CANCELLED
    assert (await stack.store.figures()).queue_depth == 0


async def test_a_fan_is_made_ready_in_windows_and_completes(stack: Stack) -> None:
    await stack.scheduler()
    leaves = {f"t{number}": ("root",) for number in range(3000)}
    run_id = await stack.start(dag("fan", {"root": (), **leaves, "end": tuple(leaves)}))
    held = Held()
    await stack.worker(held, slots=1)
    await eventually(lambda: _true("root" in held.running), "the root to run")
    held.running["root"].set()
    await eventually(lambda: _true(any(name != "root" for name in held.running)), "a leaf to run")
    assert (await stack.store.figures()).queue_depth <= 1024
    for release in list(held.running.values()):
        release.set()
    await stack.worker(Noop(), slots=64)
    await eventually(lambda: _release(stack, run_id, held), "the end of the fan", 60)
    assert (await stack.view(run_id)).summary.counts == {TaskStatus.SUCCEEDED: 3002}


async def test_a_small_run_is_not_starved_by_a_large_one(stack: Stack) -> None:
    await stack.scheduler()
    partition_mates = [name for name in (f"n{i}" for i in range(50)) if _partition(stack, name) == 0][:2]
    large, small = partition_mates
    await stack.start(dag(large, {f"t{number}": () for number in range(5000)}))
    await eventually(lambda: _queued(stack), "the large run to fill its window")
    run_id = await stack.start(dag(small, DIAMOND))
    await stack.worker(Noop(), slots=16)
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    counts = (await stack.store.figures()).tasks
    assert counts[TaskStatus.WAITING] > 0


async def test_two_schedulers_share_the_partitions_and_one_takes_over_from_the_other_at_once(stack: Stack) -> None:
    # With leases that outlast the test: what is taken over was given up.
    first, second = await stack.scheduler(lease_seconds=3600), await stack.scheduler(lease_seconds=3600)
    await stack.worker(Noop())

    async def owners() -> dict[str, int] | None:
        names = [(await stack.store.head(partition)).owner for partition in range(stack.store.partitions)]
        counts = {name: names.count(name) for name in names}
        return counts if sorted(counts.values()) == [2, 2] else None

    await eventually(owners, "an even share")
    first.stop()
    runs = [await stack.start(dag(f"shared{number}", DIAMOND)) for number in range(8)]
    for run_id in runs:
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    second.stop()


async def test_a_worker_that_stops_gives_back_what_it_cannot_finish(stack: Stack) -> None:
    held = Held()
    await stack.scheduler()
    leaving = await stack.worker(held, drain_seconds=0.05)
    run_id = await stack.start(dag("returned", {"a": ()}))
    await eventually(lambda: _true("a" in held.running), "task a to run")
    leaving.stop()
    await eventually(lambda: _true(bool(held.killed)), "the attempt to be killed")
    await stack.worker(Noop())
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    task = (await stack.tasks(run_id))["a"]
    assert (task.attempt, task.losses, task.failures) == (2, 0, 0)
    assert "TaskReturned" in kinds(await stack.history(run_id), "a")


async def test_a_callable_gets_its_metadata_and_its_result_is_the_output(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    task = TaskSpec(id="b", name="b", callable="examples.sample_module:do_b", metadata={"message": "hello"})
    run_id = await stack.start(DagSpec(id="callable", name="callable", tasks={"b": task}))
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert (await stack.tasks(run_id))["b"].output["message"] == "hello"


async def test_a_fact_that_cannot_be_read_becomes_a_dead_letter_and_blocks_nothing(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    await stack.store._db.command("XADD", stack.store._db.keys[0].inbox, "*", "fact", b"\xff{")
    run_id = await stack.start(dag("beside", DIAMOND))
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    await eventually(lambda: _dead(stack), "the dead letter")


async def test_lines_a_task_prints_are_kept_in_order(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("lines", {"a": ()}, command="for i in 1 2 3; do echo $i; echo e$i >&2; done"))
    await stack.ended(run_id)
    lines = await stack.store.output(run_id, "a", 1, 0, 100)
    assert [line.text for line in lines if line.stream == "stdout"] == ["1", "2", "3"]
    assert [line.text for line in lines if line.stream == "stderr"] == ["e1", "e2", "e3"]


async def _true(value: bool) -> bool:
    await asyncio.sleep(0)
    return value


async def _status(stack: Stack, run_id: str, status: TaskStatus) -> bool:
    return any(task.status is status for task in (await stack.tasks(run_id)).values())


async def _queued(stack: Stack) -> bool:
    return (await stack.store.figures()).queue_depth > 500


async def _dead(stack: Stack) -> bool:
    return (await stack.store.figures()).dead_letters == 1


async def _release(stack: Stack, run_id: str, held: Held) -> bool:
    for release in list(held.running.values()):
        release.set()
    return (await stack.view(run_id)).summary.status is RunStatus.SUCCEEDED


def _partition(stack: Stack, dag_id: str) -> int:
    from penstock.ids import partition_of_dag  # noqa: PLC0415

    return partition_of_dag(dag_id, stack.store.partitions)

"""What real schedulers and workers say of the work they did."""

from pathlib import Path

from listener_kit import probed
from penstock.store.base import Store
from stack import Stack, dag, eventually


async def all_served(store: Store) -> bool:
    return all([(await store.health(one)).head.owner for one in range(store.partitions)])


async def test_a_run_shows_in_the_metrics_of_the_scheduler_and_the_worker(stack: Stack, tmp_path: Path) -> None:
    """Twenty tasks, each of which fails once; one of them prints more than is kept."""
    tasks: dict[str, tuple[str, ...]] = {"first": (), **{f"t{number}": ("first",) for number in range(19)}}
    once = f'seq 9000; mkdir "{tmp_path}/$PENSTOCK_TASK_ID" && exit 7; exit 0'
    async with (
        probed("penstock_scheduler", stack) as scheduler,
        probed("penstock_worker", stack, OUTPUT_CAP_BYTES="4096", WORKER_SLOTS="7") as worker,
    ):
        await eventually(lambda: all_served(stack.store), "every partition to be served")
        run_id = await stack.start(dag("stumbles", tasks, once, retries=1, retry_delay_seconds=0))
        assert await stack.ended(run_id) == "succeeded"
        seen = await scheduler.metrics()

        async def idle() -> dict[tuple[str, ...], float] | None:
            metrics = await worker.metrics()
            return metrics if metrics["penstock_worker_slots", "used"] == 0 else None

        worked = await eventually(idle, "the worker to be idle")
    assert (
        seen["penstock_scheduler_partitions",] == seen["penstock_scheduler_takeovers_total",] == stack.store.partitions
    )
    assert seen["penstock_scheduler_attempts_ended_total", "failed"] == 20
    assert seen["penstock_scheduler_attempts_ended_total", "succeeded"] == 20
    assert seen["penstock_scheduler_attempts_ready_total", "retry"] == 20
    assert seen["penstock_scheduler_attempts_ready_total", "start"] == 1
    assert seen["penstock_scheduler_runs_ended_total", "succeeded"] == 1
    assert seen["penstock_scheduler_ready_to_started_seconds_count",] == 40
    assert seen["penstock_scheduler_ended_to_ready_seconds_count",] == 19
    assert seen["penstock_scheduler_commit_seconds_count",] == seen["penstock_scheduler_commit_events_count",] > 0
    assert seen["penstock_scheduler_losses_total", "silent"] == 0
    assert worked["penstock_worker_claims_total",] == 40
    assert worked["penstock_worker_attempts_total", "shell", "failed"] == 20
    assert worked["penstock_worker_attempts_total", "shell", "succeeded"] == 20
    assert worked["penstock_worker_attempt_seconds_count", "shell"] == 40
    assert worked["penstock_worker_reports_total", "accepted"] == 40
    assert worked["penstock_worker_slots", "free"] == 7
    assert worked["penstock_worker_output_dropped_bytes_total",] > 40 * 30_000


async def test_a_worker_that_dies_shows_as_lost_attempts(stack: Stack, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    settings = {"WORKER_LEASE_SECONDS": "1", "SCHEDULER_LEASE_SECONDS": "1"}
    async with probed("penstock_scheduler", stack, **settings) as scheduler:
        async with probed("penstock_worker", stack, **settings) as worker:
            await stack.start(dag("hangs", {"a": ()}, f"touch {begun}; sleep 60"))

            async def runs() -> bool:
                return begun.exists()

            await eventually(runs, "the task to begin")
            worker.process.kill()

        async def lost() -> bool:
            return (await scheduler.metrics())["penstock_scheduler_losses_total", "silent"] == 1

        await eventually(lost, "the loss to be counted")

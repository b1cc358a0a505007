"""A worker that was frozen for longer than its lease wakes up among others who have done its work."""

import signal
from pathlib import Path

from fault_kit import service
from penstock.core import events as e
from penstock.core.status import RunStatus
from stack import Stack, dag, eventually


async def test_a_frozen_worker_that_wakes_kills_the_task_it_has_lost_and_its_report_is_recorded_as_superseded(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.scheduler()
    pid_file = tmp_path / "pid"
    command = f"[ $PENSTOCK_ATTEMPT -gt 1 ] || {{ echo $$ > {pid_file}; exec sleep 600; }}"
    async with service(stack, "penstock_worker") as frozen:
        run_id = await stack.start(dag("frozen", {"a": ()}, command=command))
        child = int(await eventually(lambda: _text(pid_file), "the first attempt to begin"))
        frozen.send_signal(signal.SIGSTOP)
        async with service(stack, "penstock_worker"):
            assert await stack.ended(run_id) is RunStatus.SUCCEEDED
        assert _lives(child), "a frozen worker kills nothing"
        tasks, history = await stack.tasks(run_id), await stack.history(run_id)
        assert (tasks["a"].attempt, tasks["a"].losses) == (2, 1)

        frozen.send_signal(signal.SIGCONT)

        await eventually(lambda: _ended(child), "the task of the worker that woke up to be dead")
        frozen.send_signal(signal.SIGTERM)
        assert await frozen.wait() == 0
        await eventually(lambda: _all_read(stack), "whatever it said to be read")
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
        assert await stack.tasks(run_id) == tasks
        later = await stack.history(run_id)
        assert later[: len(history)] == history
        (refused,) = later[len(history) :]
        assert isinstance(refused, e.FactRejected)
        assert (refused.task_id, refused.attempt, refused.reason) == ("a", 1, "superseded: the present attempt is 2")


async def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def _ended(pid: int) -> bool:
    return not _lives(pid)


async def _all_read(stack: Stack) -> bool:
    return (await stack.store.figures()).inbox_lag == 0


def _lives(pid: int) -> bool:
    """A dead process that nobody has collected yet does not live."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

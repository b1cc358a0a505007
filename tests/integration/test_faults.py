"""What goes wrong every day: processes that die, replies that are lost."""

import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from fault_kit import service
from penstock.core import events as e
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store.base import Store
from stack import DIAMOND, Noop, Stack, dag, eventually


class LosesReplies:
    """A store that applies what it is asked and then, every other time it has something to say, does not answer."""

    def __init__(self, store: Store, *methods: str) -> None:
        self._store = store
        self._methods = methods
        self.lost: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # any method of the store
        method = getattr(self._store, name)
        if name not in self._methods:
            return method

        async def lossy(*arguments: object, **named: object) -> object:
            answer = await method(*arguments, **named)
            self._calls[name] += bool(answer)
            if answer and self._calls[name] % 2:
                self.lost[name] += 1
                raise StoreUnavailableError("the reply was lost")
            return answer

        return lossy


async def test_a_task_whose_worker_is_killed_gets_a_new_attempt_that_costs_no_retry(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.scheduler()
    pid_file = tmp_path / "pid"
    command = f"if [ $PENSTOCK_ATTEMPT = 1 ]; then echo $$ > {pid_file}; sleep 600; fi"
    async with service(stack, "penstock_worker") as doomed:
        run_id = await stack.start(dag("killed", {"a": ()}, command=command))

        async def began() -> bool:
            return pid_file.exists() and bool(pid_file.read_text())

        await eventually(began, "the first attempt to begin")
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()
    async with service(stack, "penstock_worker"):
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    task = (await stack.tasks(run_id))["a"]
    assert (task.attempt, task.failures, task.losses) == (2, 0, 1)
    history = [type(event).__name__ for event in await stack.history(run_id) if getattr(event, "task_id", "") == "a"]
    assert history == ["TaskReady", "TaskStarted", "TaskLost", "TaskReady", "TaskStarted", "TaskSucceeded"]


# How a process can hide from its worker: in a session of its own, without its environment, in a group of its own.
REGROUP = f"{sys.executable} -c 'import os, sys; os.setpgid(0, 0); os.execvp(sys.argv[1], sys.argv[1:])'"
KINDS = ("", "setsid", "env -i", f"env -i {REGROUP}")


@pytest.mark.parametrize("warden_dies_first", [False, True])
async def test_nothing_a_killed_worker_started_survives_it(
    stack: Stack, tmp_path: Path, warden_dies_first: bool
) -> None:
    await stack.scheduler()
    pids = tmp_path / "pids"
    member = f"sh -c 'echo $$ >> {pids}; exec sleep 600'"
    command = "\n".join(f"{kind} {member} &" for kind in KINDS) + f"\necho $$ >> {pids}; wait"
    async with service(stack, "penstock_worker") as doomed:
        await stack.start(dag("family", {"a": ()}, command=command))

        async def began() -> list[int]:
            return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []

        family = await eventually(lambda: _length(began, len(KINDS) + 1), "the family to start")
        if warden_dies_first:
            (warden,) = _wardens(doomed.pid)
            os.kill(warden, signal.SIGKILL)

            async def replaced() -> bool:
                return any(map(_watches, _wardens(doomed.pid) - {warden}))

            await eventually(replaced, "another warden")
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()

        async def gone() -> bool:
            return not any(_lives(pid) for pid in family)

        await eventually(gone, "the family to end")


async def test_the_group_of_a_task_dies_with_its_worker_though_no_warden_is_left(stack: Stack, tmp_path: Path) -> None:
    await stack.scheduler()
    pids = tmp_path / "pids"
    command = f"sleep 600 & echo $! >> {pids}; env -i sleep 600 & echo $! >> {pids}; echo $$ >> {pids}; wait"
    async with service(stack, "penstock_worker") as doomed:
        await stack.start(dag("tied", {"a": ()}, command=command))

        async def began() -> list[int]:
            return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []

        family = await eventually(lambda: _length(began, 3), "the family to start")
        doomed.send_signal(signal.SIGSTOP)  # or it might start another warden in time
        for warden in _wardens(doomed.pid):
            os.kill(warden, signal.SIGKILL)
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()

        async def gone() -> bool:
            return not any(_lives(pid) for pid in family)

        await eventually(gone, "the family to end")


async def test_a_killed_schedulers_partitions_are_taken_over_and_its_runs_end(stack: Stack) -> None:
    async with service(stack, "penstock_scheduler") as doomed:
        runs = [await stack.start(dag(f"orphan{number}", DIAMOND)) for number in range(20)]
        await eventually(lambda: _log_grew(stack), "the first scheduler to work")
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()
    await stack.worker(Noop())
    await stack.scheduler()
    for run_id in runs:
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED


async def test_a_commit_whose_reply_is_lost_is_applied_exactly_once(stack: Stack) -> None:
    lossy = LosesReplies(stack.store, "commit")
    await stack.scheduler(cast("Store", lossy))
    await stack.worker(Noop())
    runs = [await stack.start(dag(f"unsure{number}", DIAMOND)) for number in range(10)]
    for run_id in runs:
        assert await stack.ended(run_id) is RunStatus.SUCCEEDED
        succeeded = [event.task_id for event in await stack.history(run_id) if isinstance(event, e.TaskSucceeded)]
        assert sorted(succeeded) == ["a", "b", "c", "d"]
    assert lossy.lost["commit"] > 0
    heads = [await stack.store.head(partition) for partition in range(stack.store.partitions)]
    assert {head.term for head in heads} == {1}, "an owner whose commit was applied goes on"


async def test_a_claim_whose_reply_is_lost_is_found_again_and_a_lost_report_counts_once(stack: Stack) -> None:
    lossy = LosesReplies(stack.store, "claim", "report")
    await stack.scheduler()
    await stack.worker(Noop(), store=cast("Store", lossy))
    run_id = await stack.start(dag("lossy", DIAMOND))
    assert await stack.ended(run_id) is RunStatus.SUCCEEDED
    assert all(task.attempt == 1 for task in (await stack.tasks(run_id)).values())
    assert min(lossy.lost["claim"], lossy.lost["report"]) > 0


def _lives(pid: int) -> bool:
    """A dead process that nobody has collected yet does not live."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def _length(values: Callable[[], Awaitable[list[int]]], length: int) -> list[int] | None:
    found = await values()
    return found if len(found) == length else None


async def _log_grew(stack: Stack) -> bool:
    return (await stack.store.figures()).events > 0


def _wardens(worker_pid: int) -> set[int]:
    """Return the wardens that this worker has started."""
    threads = Path(f"/proc/{worker_pid}/task").glob("*/children")
    children = [int(pid) for thread in threads for pid in _told(thread).split()]
    return {pid for pid in children if b"warden.py" in _told(Path(f"/proc/{pid}/cmdline"))}


def _watches(warden: int) -> bool:
    """Return whether a warden has started: it is there before, but a worker that dies then has none."""
    ignored = re.search(rb"^SigIgn:\s*([0-9a-f]+)$", _told(Path(f"/proc/{warden}/status")), re.MULTILINE)
    return ignored is not None and bool(int(ignored[1], 16) & 1 << signal.SIGTERM - 1)


def _told(file: Path) -> bytes:
    """Return what the kernel tells of a process or a thread, nothing when it is gone."""
    try:
        return file.read_bytes()
    except OSError:
        return b""

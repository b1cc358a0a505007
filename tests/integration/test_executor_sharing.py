"""Coroutine functions share a process, and notice as little of each other as if they did not."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from executor_kit import (
    Recorder,
    alive,
    call,
    children,
    error_kind,
    exists,
    run,
    until,
    value_of,
)
from penstock.core.events import TaskError
from penstock_worker.executors.base import Cancellation, Execution, Outcome
from penstock_worker.executors.callables import CallableExecutor

HERE = Path(__file__).parent
MODULE = "executor_callables"


def begin(
    executor: CallableExecutor, execution: Execution, sink: Recorder | None = None, cancel: Cancellation | None = None
) -> asyncio.Task[Outcome]:
    return asyncio.create_task(executor.execute(execution, sink or Recorder(), cancel or Cancellation()))


async def learn(executor: CallableExecutor, function: str, metadata: dict[str, object] | None = None) -> Outcome:
    """Call a function for the first time, by itself."""
    return await run(executor, call(f"{MODULE}:{function}", metadata))


async def learn_to_meet(executor: CallableExecutor, folder: Path) -> None:
    await learn(executor, "meet_async", {"folder": str(folder), "name": "first", "other": "first"})


def meeting(folder: Path, name: str, other: str, *, timeout_s: float | None = None) -> Execution:
    metadata: dict[str, object] = {"folder": str(folder), "name": name, "other": other}
    return call(f"{MODULE}:meet_async", metadata, timeout_s=timeout_s)


async def test_coroutine_functions_run_at_the_same_time_in_one_process(
    executor: CallableExecutor, tmp_path: Path
) -> None:
    await learn_to_meet(executor, tmp_path)
    before = children()
    ring = [begin(executor, meeting(tmp_path, str(n), str((n + 1) % 5))) for n in range(5)]
    pids = {value_of(outcome) for outcome in await asyncio.gather(*ring)}
    assert len(pids) == 1
    assert children() - before == pids
    assert value_of(await learn(executor, "pid_async")) not in pids
    assert {value_of(await learn(executor, "pid_async"))} == pids


async def test_each_has_its_own_output_and_variables(executor: CallableExecutor, tmp_path: Path) -> None:
    target = f"{MODULE}:talk_async"
    folder = str(tmp_path)
    await learn(executor, "talk_async", {"folder": folder, "name": "first", "other": "first"})
    sinks, attempts = {}, []
    for name, other in (("a", "b"), ("b", "a")):
        sinks[name] = Recorder()
        execution = replace(call(target, {"folder": folder, "name": name, "other": other}), run_id=f"run-{name}")
        attempts.append(begin(executor, execution, sinks[name]))
    assert [value_of(outcome) for outcome in await asyncio.gather(*attempts)] == ["run-aFalse", "run-bFalse"]
    for name, sink in sinks.items():
        assert sink.text("stdout") == f"{name} begins\n{name} in a thread\n"
        assert sink.text("stderr") == f"{name} to stderr\n"


async def test_what_is_printed_past_python_reaches_whoever_is_under_way(
    executor: CallableExecutor, tmp_path: Path
) -> None:
    await learn_to_meet(executor, tmp_path)
    await learn(executor, "print_past_python")
    sinks = [Recorder(), Recorder()]
    waiting = begin(executor, meeting(tmp_path, "a", "b"), sinks[0])
    await until((tmp_path / "a").exists, "the one that waits")
    await run(executor, call(f"{MODULE}:print_past_python"), sinks[1])
    await until(lambda: sinks[0].text("stdout") != "", "the text")
    (tmp_path / "b").touch()
    await waiting
    assert sinks[0].text("stdout") == "past\n"


async def test_cancel_and_timeout_end_one_and_disturb_nobody(executor: CallableExecutor, tmp_path: Path) -> None:
    await learn_to_meet(executor, tmp_path)
    other = begin(executor, meeting(tmp_path, "other", "over"))
    await until((tmp_path / "other").exists, "the other")
    timed_out = await run(executor, meeting(tmp_path, "late", "never", timeout_s=0.1))
    assert timed_out.error == TaskError("timeout", "timed out after 0.1 s")
    cancel = Cancellation()
    cancelled = begin(executor, meeting(tmp_path, "cancelled", "never"), cancel=cancel)
    await until((tmp_path / "cancelled").exists, "the one to cancel")
    cancel.set()
    assert (await cancelled).status == "cancelled"
    assert not other.done()
    (tmp_path / "over").touch()
    assert value_of(await other) == int((tmp_path / "cancelled").read_text())


async def test_a_coroutine_that_is_cancelled_leaves_through_its_finally_blocks(executor: CallableExecutor) -> None:
    await learn(executor, "echo_async", {"message": "x"})
    executor._sharing.learn(f"{MODULE}:sleep_forever_async")
    sink, cancel = Recorder(), Cancellation()
    attempt = begin(executor, call(f"{MODULE}:sleep_forever_async"), sink, cancel)
    await until(lambda: sink.text("stdout").endswith("\n"), "the pid")
    cancel.set()
    outcome = await attempt
    assert (outcome.status, outcome.exit_code) == ("cancelled", None)
    assert sink.text("stdout").endswith("\ncleaned up\n")
    assert alive(int(sink.text("stdout").splitlines()[0]))


async def test_who_blocks_and_does_not_end_is_killed_and_the_others_get_another_try(
    executor: CallableExecutor, tmp_path: Path
) -> None:
    await learn_to_meet(executor, tmp_path)
    await learn(executor, "block", {"seconds": 0})
    other = begin(executor, meeting(tmp_path, "other", "never"))
    await until((tmp_path / "other").exists, "the other")
    outcome = await run(executor, call(f"{MODULE}:block", {"seconds": 1000}, timeout_s=0.1))
    assert error_kind(outcome) == "timeout"
    assert await other == Outcome("returned")
    assert not exists(int((tmp_path / "other").read_text()))


async def test_while_one_blocks_new_calls_go_to_another_process_and_it_runs_by_itself_from_then_on(
    executor: CallableExecutor,
) -> None:
    await learn(executor, "block", {"seconds": 0})
    await learn(executor, "pid_async")
    sink, cancel = Recorder(), Cancellation()
    blocking = begin(executor, call(f"{MODULE}:block", {"seconds": 1000}), sink, cancel)
    await until(lambda: executor._sharing._child is not None and bool(executor._sharing._child.blocked), "the silence")
    shared = value_of(await learn(executor, "pid_async"))
    assert value_of(await learn(executor, "pid_async")) == shared
    assert not blocking.done()
    cancel.set()
    assert (await blocking).status == "cancelled"
    assert value_of(await learn(executor, "block", {"seconds": 0})) != shared


async def test_a_crash_is_told_where_one_was_alone(executor: CallableExecutor, tmp_path: Path) -> None:
    metadata: dict[str, object] = {"folder": str(tmp_path), "name": "bomb"}
    await learn(executor, "crash_if", metadata)
    (tmp_path / "bomb").touch()
    outcome = await learn(executor, "crash_if", metadata)
    assert (error_kind(outcome), outcome.exit_code) == ("crashed", 7)


async def test_after_a_crash_in_company_all_get_another_try_by_themselves(
    executor: CallableExecutor, tmp_path: Path
) -> None:
    metadata: dict[str, object] = {"folder": str(tmp_path), "name": "bomb"}
    await learn(executor, "crash_if", metadata)
    await learn_to_meet(executor, tmp_path)
    other = begin(executor, meeting(tmp_path, "other", "never"))
    await until((tmp_path / "other").exists, "the other")
    (tmp_path / "bomb").touch()
    assert await learn(executor, "crash_if", metadata) == Outcome("returned")
    assert await other == Outcome("returned")
    (tmp_path / "bomb").touch()
    again = begin(executor, meeting(tmp_path, "again", "over"))
    await until((tmp_path / "again").exists, "the other")
    assert error_kind(await learn(executor, "crash_if", metadata)) == "crashed"
    (tmp_path / "over").touch()
    assert (await again).status == "succeeded"


async def test_what_is_no_coroutine_function_any_more_gets_a_process_to_itself(executor: CallableExecutor) -> None:
    executor._sharing.learn(f"{MODULE}:pid")
    await learn(executor, "pid_async")
    shared = value_of(await learn(executor, "pid_async"))
    assert value_of(await learn(executor, "pid")) != shared
    assert value_of(await learn(executor, "pid_async")) == shared


async def test_a_task_with_variables_of_its_own_has_a_process_to_itself(executor: CallableExecutor) -> None:
    await learn(executor, "pid_async")
    shared = value_of(await learn(executor, "pid_async"))
    assert value_of(await run(executor, call(f"{MODULE}:pid_async", env={"LANG": "C"}))) != shared


async def test_tasks_that_a_coroutine_leaves_behind_end_with_it(executor: CallableExecutor, tmp_path: Path) -> None:
    executor._sharing.learn(f"{MODULE}:leave_a_task")
    pid = value_of(await learn(executor, "leave_a_task", {"folder": str(tmp_path)}))
    assert (tmp_path / "ended").exists()
    assert value_of(await learn(executor, "leave_a_task", {"folder": str(tmp_path)})) == pid


async def test_processes_that_a_coroutine_leaves_behind_end_with_the_shared_process(executor: CallableExecutor) -> None:
    executor._sharing.learn(f"{MODULE}:leave_a_process_async")
    pids = value_of(await learn(executor, "leave_a_process_async"))
    assert isinstance(pids, list)
    assert not any(exists(pid) for pid in pids)


async def test_a_shared_process_that_died_while_idle_is_replaced(executor: CallableExecutor) -> None:
    executor._sharing.learn(f"{MODULE}:pid_async")
    first = value_of(await learn(executor, "pid_async"))
    assert isinstance(first, int)
    os.kill(first, signal.SIGKILL)
    await until(lambda: not alive(first), "its end")
    assert value_of(await learn(executor, "pid_async")) != first
    assert not exists(first)


async def test_cancelling_the_coroutine_ends_the_call(executor: CallableExecutor, tmp_path: Path) -> None:
    executor._sharing.learn(f"{MODULE}:meet_async")
    attempt = begin(executor, meeting(tmp_path, "a", "never"))
    await until((tmp_path / "a").exists, "the call")
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert executor._sharing._child is None or executor._sharing._child.idle

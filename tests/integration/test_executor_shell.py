import asyncio
import os
import signal
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from executor_kit import Counter, Recorder, alive, children, error_kind, exists, open_descriptors, run, shell, until
from penstock.core.events import TaskError
from penstock_worker.executors import strays
from penstock_worker.executors.base import Cancellation, Execution, ExecutorSettings, Outcome
from penstock_worker.executors.process import Process
from penstock_worker.executors.shell import ShellExecutor


@pytest.fixture
async def executor() -> AsyncIterator[ShellExecutor]:
    executor = ShellExecutor(ExecutorSettings(grace_s=0.2, linger_s=0.05))
    yield executor
    await executor.close()


PATIENT = ExecutorSettings(grace_s=60, linger_s=60)


async def cancel_when_printed(executor: ShellExecutor, command: str, count: int) -> tuple[Outcome, list[int]]:
    """Run the command, cancel it once it has printed ``count`` numbers, and return them."""
    sink, cancel = Recorder(), Cancellation()
    attempt = asyncio.ensure_future(executor.execute(shell(command), sink, cancel))
    await until(lambda: sink.text("stdout").count("\n") == count or attempt.done(), f"{count} lines of output")
    cancel.set()
    return await attempt, [int(line) for line in sink.text("stdout").split()]


async def test_stdout_and_stderr_are_told_apart(executor: ShellExecutor) -> None:
    sink = Recorder()
    outcome = await run(executor, shell("echo to stdout; echo to stderr >&2; printf end"), sink)
    assert outcome == Outcome("succeeded", exit_code=0)
    assert sink.text("stdout") == "to stdout\nend"
    assert sink.text("stderr") == "to stderr\n"


async def test_output_is_live(executor: ShellExecutor, tmp_path: Path) -> None:
    sink, gate = Recorder(), tmp_path / "gate"
    command = f"echo first; while ! [ -e {gate} ]; do sleep 0.01; done; echo second >&2"
    attempt = asyncio.ensure_future(run(executor, shell(command), sink))
    await until(lambda: sink.text("stdout") == "first\n", "the first line")
    assert not attempt.done()
    gate.touch()
    await attempt
    assert [stream for stream, _ in sink.chunks] == ["stdout", "stderr"]


async def test_standard_input_is_empty(executor: ShellExecutor) -> None:
    assert (await run(executor, shell('test -z "$(cat)"'))).status == "succeeded"


@pytest.mark.parametrize(
    ("command", "exit_code", "error"),
    [
        ("exit 3", 3, TaskError("exit", "exit code 3")),
        ("exit 255", 255, TaskError("exit", "exit code 255")),
        ("nosuchcommand", 127, TaskError("exit", "exit code 127")),
        ("kill -9 $$", 137, TaskError("signal", "killed by SIGKILL")),
        ("kill -USR1 $$", 138, TaskError("signal", "killed by SIGUSR1")),
        ("sh -c 'kill -9 $$'; exit $?", 137, TaskError("exit", "exit code 137 (128 + SIGKILL)")),
    ],
)
async def test_a_failure_keeps_its_exit_code(
    executor: ShellExecutor, command: str, exit_code: int, error: TaskError
) -> None:
    assert await run(executor, shell(command)) == Outcome("failed", exit_code=exit_code, error=error)


async def test_the_environment_is_the_allow_list_the_tasks_own_and_who_it_is(
    executor: ShellExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in os.environ:
        monkeypatch.delenv(key)
    inherited = {
        "PATH": os.defpath, "HOME": "/h", "LANG": "C", "LC_TIME": "C", "TZ": "UTC", "TMPDIR": "/tmp",
        "USER": "u", "SHELL": "/bin/sh", "VIRTUAL_ENV": "/v", "PYTHONPATH": "/p",
    }  # fmt: skip
    withheld = {"PENSTOCK_STORE_URL": "redis://:secret@host", "REDIS_URL": "redis://host", "AWS_SECRET": "x"}
    for key, value in (inherited | withheld).items():
        monkeypatch.setenv(key, value)
    sink = Recorder()
    execution = shell("exec env -0", env={"TABLE": "two\nlines", "TZ": "CET", "PENSTOCK_RUN_ID": "forged"})
    await run(ShellExecutor(), execution, sink)
    seen = dict(entry.split("=", 1) for entry in sink.text("stdout").rstrip("\0").split("\0"))
    seen.pop("PWD", None)  # the shell's own
    assert seen == inherited | {
        "TABLE": "two\nlines",
        "TZ": "CET",
        "PENSTOCK_RUN_ID": "run-1",
        "PENSTOCK_TASK_ID": "extract",
        "PENSTOCK_ATTEMPT": "2",
        "PENSTOCK_DAG_ID": "nightly",
    }


@pytest.mark.parametrize("command", ["x" * 3_000_000, "echo a\0b"], ids=["too long", "null byte"])
async def test_what_cannot_be_started_fails_as_start(executor: ShellExecutor, command: str) -> None:
    outcome = await run(executor, shell(command))
    assert (outcome.status, error_kind(outcome)) == ("failed", "start")


async def test_without_file_descriptors_left_the_attempt_fails_as_start(
    executor: ShellExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_descriptors()
    with monkeypatch.context() as exhausted:
        exhausted.setattr(os, "pidfd_open", lambda pid: os.open("/nonexistent", os.O_RDONLY))
        outcome = await run(executor, shell("sleep 1000"))
    assert (outcome.status, error_kind(outcome)) == ("failed", "start")
    assert open_descriptors() == before


async def test_a_timeout_ends_the_whole_tree(executor: ShellExecutor, tmp_path: Path) -> None:
    sink = Recorder()
    command = "echo $$; (echo $(exec sh -c 'echo $PPID'); sleep 1000) & sh -c 'echo $$; sleep 1000'; true"
    outcome = await run(executor, shell(command, timeout_s=0.5), sink)
    assert outcome.status == "failed"
    assert outcome.error == TaskError("timeout", "timed out after 0.5 s")
    assert outcome.exit_code == 128 + signal.SIGTERM
    pids = [int(line) for line in sink.text("stdout").split()]
    assert len(pids) == 3
    assert not any(exists(pid) for pid in pids)


async def test_cancel_ends_the_whole_tree(executor: ShellExecutor) -> None:
    outcome, pids = await cancel_when_printed(executor, "echo $$; sh -c 'echo $$; sleep 1000'; true", 2)
    assert outcome.status == "cancelled"
    assert error_kind(outcome) == "cancelled"
    assert not any(exists(pid) for pid in pids)


async def test_an_attempt_cancelled_before_it_starts_runs_nothing(executor: ShellExecutor, tmp_path: Path) -> None:
    cancel = Cancellation()
    cancel.set()
    outcome = await executor.execute(shell(f"touch {tmp_path}/ran"), Recorder(), cancel)
    assert outcome.status == "cancelled"
    assert not (tmp_path / "ran").exists()


async def test_a_tree_that_ignores_sigterm_is_killed_after_the_grace(executor: ShellExecutor) -> None:
    command = "trap '' TERM; echo $$; sh -c 'echo $$; sleep 1000; sleep 1000'; sleep 1000"
    outcome, pids = await cancel_when_printed(executor, command, 2)
    assert (outcome.status, outcome.exit_code) == ("cancelled", 128 + signal.SIGKILL)
    assert not any(exists(pid) for pid in pids)


async def test_the_grace_lasts_until_the_last_of_the_group_has_ended_in_peace() -> None:
    # The leader dies of SIGTERM at once; its child takes its time to clean up, and is let.
    child = "trap 'sleep 0.1; echo 2; exit' TERM; echo 1; while :; do sleep 0.01; done"
    outcome, printed = await cancel_when_printed(ShellExecutor(PATIENT), f'sh -c "{child}"; true', 1)
    assert outcome.exit_code == 128 + signal.SIGTERM
    assert printed == [1, 2]


async def test_a_stopped_command_can_be_cancelled_within_the_grace() -> None:
    outcome, (pid,) = await cancel_when_printed(ShellExecutor(PATIENT), "echo $$; kill -STOP $$", 1)
    assert (outcome.status, outcome.exit_code) == ("cancelled", 128 + signal.SIGTERM)
    assert not exists(pid)


@pytest.mark.parametrize(
    "background",
    ["sleep 1000 &", "sleep 1000 >/dev/null 2>&1 &", "(sleep 1000 &)", "setsid sleep 1000 &", "yes &"],
)
async def test_background_processes_end_with_the_command(executor: ShellExecutor, background: str) -> None:
    before = children()
    outcome = await run(executor, shell(f"{background}\nexit 4"), Counter())
    assert outcome.exit_code == 4
    assert children() <= before


async def test_a_process_in_a_session_of_its_own_is_found_at_the_end(executor: ShellExecutor, tmp_path: Path) -> None:
    inner = "trap '' TERM HUP; echo $$; sleep 1000 & echo $!; wait"
    outcome, pids = await cancel_when_printed(executor, f'setsid sh -c "{inner}"; sleep 1000'.replace("$", "\\$"), 2)
    assert outcome.status == "cancelled"
    assert not any(exists(pid) for pid in pids)


async def test_the_strays_of_another_attempt_are_left_alone(executor: ShellExecutor) -> None:
    sink, cancel = Recorder(), Cancellation()
    other = shell("(setsid sh -c 'echo $$; exec sleep 1000' &) ; sleep 1000")
    attempt = asyncio.ensure_future(executor.execute(other, sink, cancel))
    await until(lambda: sink.text("stdout").endswith("\n"), "the stray of the other attempt")
    await executor.execute(_of_run("run-2", "setsid sleep 1000 &"), Recorder(), Cancellation())
    stray = int(sink.text("stdout"))
    assert alive(stray)
    cancel.set()
    await attempt
    assert not exists(stray)


async def test_an_orphan_that_ended_by_itself_is_collected_by_a_later_attempt(
    executor: ShellExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    monkeypatch.setattr(strays, "_FORGOTTEN_S", 0.0)

    async def left_behind() -> set[int]:
        # Its parent never collects it, so the dead process is adopted, and it is not in the group of the command.
        await run(executor, shell("setsid sh -c exit & exec sleep 0.05"))
        return children() - before

    while not (orphans := await left_behind()):
        pass
    await run(executor, shell("true"))
    await run(executor, shell("true"))
    assert not children() & orphans


async def test_output_of_a_background_process_is_waited_for_a_moment(tmp_path: Path) -> None:
    sink = Recorder()
    await run(ShellExecutor(PATIENT), shell("(sleep 0.1; echo late) & echo early"), sink)
    assert sink.text("stdout") == "early\nlate\n"


async def test_cancelling_the_coroutine_kills_what_was_started(executor: ShellExecutor) -> None:
    sink = Recorder()
    command = "trap '' TERM; echo $$; sleep 1000; sleep 1000"
    attempt = asyncio.ensure_future(run(ShellExecutor(PATIENT), shell(command), sink))
    await until(lambda: sink.text("stdout").endswith("\n"), "the pid")
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert not exists(int(sink.text("stdout")))


async def test_an_attempt_that_is_cancelled_as_it_is_tidied_up_leaks_nothing(
    executor: ShellExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, reached = open_descriptors(), asyncio.Event()

    async def dawdle(_marks: frozenset[bytes]) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(strays, "kill_strays", dawdle)
    attempt = asyncio.create_task(run(executor, shell("true")))
    await reached.wait()
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert open_descriptors() == before


async def test_a_process_may_be_given_up_in_the_turn_that_starts_it() -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    before = open_descriptors()
    process = Process(("/bin/sleep", "600"), {}, Recorder().write)
    process.close()
    await process.kill()
    await asyncio.sleep(0.01)
    assert not exists(process.pid)
    assert open_descriptors() == before
    assert not failures


async def test_much_output_stays_within_a_bound_of_memory(executor: ShellExecutor) -> None:
    sink = Counter()
    tracemalloc.start()
    try:
        outcome = await run(executor, shell("head -c 200000000 /dev/zero"), sink)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert outcome.status == "succeeded"
    assert sink.bytes == 200_000_000
    assert sink.largest <= 65_536
    assert peak < 4_000_000


async def test_many_at_once_keep_their_output_apart_and_leak_nothing(executor: ShellExecutor) -> None:
    before, children_before = open_descriptors(), children()
    sinks = [Recorder() for _ in range(40)]
    outcomes = await asyncio.gather(
        *(run(executor, shell(f"echo {number}; exit {number}"), sink) for number, sink in enumerate(sinks))
    )
    assert [outcome.exit_code for outcome in outcomes] == list(range(40))
    assert [sink.text("stdout") for sink in sinks] == [f"{number}\n" for number in range(40)]
    assert open_descriptors() == before
    assert children() <= children_before


def _of_run(run_id: str, command: str) -> Execution:
    return msgspec.structs.replace(shell(command), run_id=run_id)

"""How attempts of callables are ended from outside, and what they may not leave behind."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from executor_kit import (
    Recorder,
    alive,
    call,
    children,
    error_kind,
    exists,
    run,
    tidy_callable_executor,
    until,
    value_of,
)
from penstock.core.events import TaskError
from penstock_worker.executors.base import Cancellation, Outcome
from penstock_worker.executors.callables import CallableExecutor

HERE = Path(__file__).parent
MODULE = "executor_callables"


async def cancel_when_printed(executor: CallableExecutor, function: str) -> tuple[Outcome, Recorder, int]:
    """Call the function, cancel it once it has printed its pid, and return what came of it."""
    sink, cancel = Recorder(), Cancellation()
    attempt = asyncio.ensure_future(executor.execute(call(f"{MODULE}:{function}"), sink, cancel))
    await until(lambda: sink.text("stdout").endswith("\n") or attempt.done(), "the pid")
    pid = int(sink.text("stdout"))
    cancel.set()
    return await attempt, sink, pid


@pytest.mark.parametrize("function", ["sleep_forever", "sleep_forever_async", "clean_up", "swallow_the_end"])
async def test_cancel_ends_the_callable_within_the_grace(executor: CallableExecutor, function: str) -> None:
    outcome, _, pid = await cancel_when_printed(executor, function)
    assert (outcome.status, error_kind(outcome)) == ("cancelled", "cancelled")
    assert outcome.exit_code == 0
    assert not exists(pid)


@pytest.mark.parametrize("function", ["sleep_forever_async", "clean_up"])
async def test_finally_blocks_run_at_cancel(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    async with tidy_callable_executor(grace_s=60) as executor:
        _, sink, _ = await cancel_when_printed(executor, function)
    assert sink.text("stdout").endswith("\ncleaned up\n")


async def test_who_ignores_the_request_is_killed_with_all_children(executor: CallableExecutor) -> None:
    before = children()
    outcome, _, pid = await cancel_when_printed(executor, "ignore_everything")
    assert (outcome.status, outcome.exit_code) == ("cancelled", 128 + signal.SIGKILL)
    assert not exists(pid)
    assert children() <= before


async def test_a_timeout_fails_its_attempt_and_disturbs_nobody(executor: CallableExecutor, tmp_path: Path) -> None:
    meeting: dict[str, object] = {"folder": str(tmp_path), "name": "other", "other": "timed out"}
    other = asyncio.ensure_future(run(executor, call(f"{MODULE}:meet", meeting)))
    await until((tmp_path / "other").exists, "the other attempt")
    outcome = await run(executor, call(f"{MODULE}:sleep_forever", timeout_s=0.2))
    assert outcome.status == "failed"
    assert outcome.error == TaskError("timeout", "timed out after 0.2 s")
    assert not other.done()
    (tmp_path / "timed out").touch()
    assert value_of(await other) == int((tmp_path / "other").read_text())


async def test_an_attempt_cancelled_before_it_starts_calls_nothing(executor: CallableExecutor) -> None:
    before, cancel = children(), Cancellation()
    cancel.set()
    assert (await executor.execute(call(f"{MODULE}:pid"), Recorder(), cancel)).status == "cancelled"
    assert children() == before


async def test_cancelling_the_coroutine_kills_the_child(executor: CallableExecutor) -> None:
    sink = Recorder()
    attempt = asyncio.ensure_future(run(executor, call(f"{MODULE}:sleep_forever"), sink))
    await until(lambda: sink.text("stdout").endswith("\n"), "the pid")
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert not exists(int(sink.text("stdout")))


async def test_a_callable_knows_who_it_is_and_its_environment_is_put_back(
    executor: CallableExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_STORE_URL", "redis://:secret@host")
    monkeypatch.setenv("TZ", "UTC")
    looking = f"{MODULE}:look_around"
    first = await run(executor, call(looking, env={"TABLE": "t", "TZ": "CET", "PENSTOCK_TASK_ID": "forged"}))
    seen = value_of(first)["environ"]  # type: ignore[index]  # look_around returns a dict
    assert {key: value for key, value in seen.items() if key.startswith(("PENSTOCK", "T"))} == {
        "TABLE": "t",
        "TZ": "CET",
        "PENSTOCK_RUN_ID": "run-1",
        "PENSTOCK_TASK_ID": "load",
        "PENSTOCK_ATTEMPT": "2",
        "PENSTOCK_DAG_ID": "nightly",
    }
    second = value_of(await run(executor, call(looking)))["environ"]  # type: ignore[index]  # as above
    assert second == {key: value for key, value in seen.items() if key != "TABLE"} | {"TZ": "UTC"}


async def test_what_a_callable_changes_around_it_is_put_back(executor: CallableExecutor) -> None:
    looking = call(f"{MODULE}:look_around")
    before = value_of(await run(executor, looking))
    await run(executor, call(f"{MODULE}:litter"))
    sink = Recorder()
    assert value_of(await run(executor, looking, sink)) == before
    assert sink.text("stdout") == "heard\n"
    assert before["path"] == before["cwd"] == str(HERE)  # type: ignore[index]  # look_around returns a dict


async def test_a_process_without_its_output_is_not_used_again(executor: CallableExecutor) -> None:
    pid = value_of(await run(executor, call(f"{MODULE}:pid")))
    assert value_of(await run(executor, call(f"{MODULE}:close_stdout"))) is None
    assert value_of(await run(executor, call(f"{MODULE}:pid"))) != pid


@pytest.mark.parametrize("command", ["exec sleep 1000", "setsid sh -c 'echo $$; exec sleep 1000'; true"])
async def test_processes_that_a_callable_leaves_behind_end_with_it(executor: CallableExecutor, command: str) -> None:
    before = children()
    pid = value_of(await run(executor, call(f"{MODULE}:leave_a_process", {"command": command})))
    assert isinstance(pid, int)
    assert not exists(pid)
    assert children() <= before


async def test_children_end_with_the_worker() -> None:
    script = (
        "import asyncio, os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from executor_kit import Recorder, call, run\n"
        "from penstock_worker.executors.callables import CallableExecutor\n"
        "class Print(Recorder):\n"
        "    def write(self, stream, data): os.write(1, data)\n"
        "async def main():\n"
        "    executor = CallableExecutor()\n"
        f"    attempts = [run(executor, call('{MODULE}:sleep_forever'), Print()) for _ in range(2)]\n"
        "    await asyncio.gather(*attempts)\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(HERE.parent), cwd=HERE, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    pids = [int(await worker.stdout.readline()) for _ in range(2)]
    assert all(alive(pid) for pid in pids)
    worker.kill()
    await worker.wait()
    await until(lambda: not any(alive(pid) for pid in pids), "the end of the children")

import asyncio
import os
import signal
from pathlib import Path

import pytest

from executor_kit import (
    Counter,
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
from penstock_worker.executors.base import Outcome
from penstock_worker.executors.callables import CallableExecutor

HERE = Path(__file__).parent
MODULE = "executor_callables"


async def result(executor: CallableExecutor, function: str, metadata: dict[str, object] | None = None) -> object:
    return value_of(await run(executor, call(f"{MODULE}:{function}", metadata)))


async def error(executor: CallableExecutor, function: str, metadata: dict[str, object] | None = None) -> TaskError:
    outcome = await run(executor, call(f"{MODULE}:{function}", metadata))
    assert outcome.status == "failed"
    assert outcome.error is not None
    return outcome.error


async def test_metadata_comes_in_and_the_return_value_comes_out(executor: CallableExecutor) -> None:
    metadata: dict[str, object] = {"message": "grün", "rows": [1, 2.5, None], "deep": {"a": True}}
    assert await result(executor, "echo", metadata) == metadata
    assert await result(executor, "echo_one", {"a": 1}) == [{"a": 1}]
    assert await result(executor, "Shop.sell", {"item": "pipe"}) == "sold pipe"
    assert await result(executor, "pid", {"not": "taken"})


async def test_large_metadata_comes_in(executor: CallableExecutor) -> None:
    text = "x" * 3_000_000
    assert (await error(executor, "echo", {"text": text})).kind == "output_too_large"
    assert await result(executor, "pid", {"text": text})


async def test_async_callables_are_awaited(executor: CallableExecutor) -> None:
    assert await result(executor, "echo_async", {"message": "hello"}) == "hello"


async def test_a_callable_that_returns_none_has_no_output(executor: CallableExecutor) -> None:
    assert await run(executor, call(f"{MODULE}:talk")) == Outcome("succeeded")


async def test_a_child_process_is_used_again(executor: CallableExecutor) -> None:
    first = await result(executor, "pid")
    assert first != os.getpid()
    assert await result(executor, "count") == 1
    assert await result(executor, "count") == 2
    await error(executor, "fail")
    assert await result(executor, "pid") == first


async def test_attempts_at_the_same_time_have_a_process_each_and_few_of_those_are_kept(
    executor: CallableExecutor, tmp_path: Path
) -> None:
    before = children()
    ring: list[dict[str, object]] = [
        {"folder": str(tmp_path), "name": str(number), "other": str((number + 1) % 4)} for number in range(4)
    ]
    pids = await asyncio.gather(*(result(executor, "meet", metadata) for metadata in ring))
    assert len(set(pids)) == 4
    kept = children() - before
    assert len(kept) == 2
    assert kept < set(pids)


async def test_everything_printed_is_captured_and_told_apart(executor: CallableExecutor) -> None:
    sink = Recorder()
    await run(executor, call(f"{MODULE}:talk"), sink)
    assert sink.text("stdout") == "print\nos.write\nchild\nno line end"
    assert sink.text("stderr") == "to stderr\n"


async def test_much_output_arrives_whole_before_the_outcome(executor: CallableExecutor) -> None:
    for size in (1, 65_536, 65_537, 20_000_000):
        sink = Counter()
        await run(executor, call(f"{MODULE}:shout", {"size": size}), sink)
        assert sink.bytes == size
        assert sink.largest <= 65_536


async def test_an_exception_is_told_with_the_users_frames_only(executor: CallableExecutor) -> None:
    for function, caller in (("fail", "fail"), ("fail_async", "fail_async")):
        failure = await error(executor, function)
        assert (failure.kind, failure.message) == ("exception", "ValueError: bad input")
        lines = failure.traceback.splitlines()
        assert lines[0] == "Traceback (most recent call last):"
        assert [line.split()[-1] for line in lines if line.startswith("  File ")] == [caller, "help_to_fail"]
        assert lines[-1] == "ValueError: bad input"


async def test_the_cause_of_an_exception_is_told(executor: CallableExecutor) -> None:
    failure = await error(executor, "fail_from_another")
    assert failure.message == "LookupError: wrapped"
    assert "ValueError: bad input" in failure.traceback
    assert "direct cause" in failure.traceback


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("exit_politely", "SystemExit: enough"),
        ("interrupt", "KeyboardInterrupt"),
        ("fail_oddly", "OddError: (its text cannot be read)"),
        ("meet", "executor_callables:meet: the callable requires folder, name, other; metadata has nothing"),
    ],
)
async def test_whatever_is_raised_fails_the_attempt_and_not_the_process(
    executor: CallableExecutor, function: str, message: str
) -> None:
    pid = await result(executor, "pid")
    failure = await error(executor, function)
    assert (failure.kind, failure.message) == ("exception", message)
    assert await result(executor, "pid") == pid


async def test_the_text_of_an_error_is_bounded(executor: CallableExecutor) -> None:
    failure = await error(executor, "fail_at_length")
    assert len(failure.message) <= 2048
    assert len(failure.traceback.encode()) <= 16 * 1024


@pytest.mark.parametrize(
    ("function", "exit_code", "how"),
    [
        ("segfault", 139, "was killed by SIGSEGV"),
        ("kill_self", 137, "was killed by SIGKILL"),
        ("leave", 3, "exited with code 3"),
    ],
)
async def test_a_crash_fails_its_attempt_and_disturbs_nobody(
    executor: CallableExecutor, tmp_path: Path, function: str, exit_code: int, how: str
) -> None:
    other = asyncio.ensure_future(
        result(executor, "meet", {"folder": str(tmp_path), "name": "other", "other": "crashed"})
    )
    await until((tmp_path / "other").exists, "the other attempt")
    outcome = await run(executor, call(f"{MODULE}:{function}", {"code": 3} if function == "leave" else {}))
    assert (outcome.status, outcome.exit_code, error_kind(outcome)) == ("failed", exit_code, "crashed")
    assert how in (outcome.error.message if outcome.error else "")
    assert not other.done()
    (tmp_path / "crashed").touch()
    assert await other == int((tmp_path / "other").read_text())
    assert await result(executor, "pid")


async def test_a_child_that_died_while_idle_is_replaced(executor: CallableExecutor) -> None:
    pid = await result(executor, "pid")
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not alive(pid), "the end of the idle child")
    assert await result(executor, "pid") != pid
    assert not exists(pid)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("no_such_module:f", "ModuleNotFoundError: No module named 'no_such_module'"),
        (f"{MODULE}:no_such_function", "AttributeError"),
        (f"{MODULE}:counter", "not callable"),
        ("", "cannot resolve"),
    ],
)
async def test_what_cannot_be_resolved_fails_as_not_found(executor: CallableExecutor, target: str, text: str) -> None:
    outcome = await run(executor, call(target))
    assert outcome.error is not None
    assert outcome.error.kind == "not_found"
    assert text in outcome.error.message


async def test_the_largest_return_value_passes_and_one_byte_more_fails(executor: CallableExecutor) -> None:
    limit = 64 * 1024
    assert await result(executor, "long_text", {"size": limit - 2}) == "x" * (limit - 2)
    failure = await error(executor, "long_text", {"size": limit - 1})
    assert failure.kind == "output_too_large"
    assert str(limit) in failure.message
    assert str(limit + 1) in failure.message


@pytest.mark.parametrize("function", ["not_json", "generate", "half_a_character"])
async def test_a_return_value_that_is_not_json_fails_as_such(executor: CallableExecutor, function: str) -> None:
    assert (await error(executor, function)).kind == "not_serialisable"


async def test_the_depth_of_a_return_value_is_bounded(executor: CallableExecutor) -> None:
    assert await result(executor, "nested", {"levels": 64, "width": 1000})
    assert (await error(executor, "nested", {"levels": 65, "width": 0})).kind == "not_serialisable"
    assert (await error(executor, "nested", {"levels": 900, "width": 0})).kind == "not_serialisable"

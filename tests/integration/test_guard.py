"""The worker's side of the warden, in one process: what the warden is told is seen from whom it ends."""

import asyncio
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator

import pytest

from executor_kit import alive, until
from penstock_worker import warden
from penstock_worker.executors import leaders
from penstock_worker.guard import Guard


@pytest.fixture
def guard() -> Guard:
    return Guard(f"worker-{secrets.token_hex(4)}")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that bears no mark and leads a session of its own."""
    with subprocess.Popen(["sleep", "600"], env={}, start_new_session=True) as process:
        yield process
        leaders.collected(process.pid)
        process.kill()


def warden_of(guard: Guard) -> int:
    assert guard._process is not None
    return guard._process.pid


async def leave(guard: Guard) -> None:
    await asyncio.to_thread(guard.__exit__, None, None, None)


async def test_what_a_worker_has_not_collected_ends_with_it(guard: Guard, stranger: subprocess.Popen[bytes]) -> None:
    guard.__enter__()
    leaders.begun(stranger.pid)
    await leave(guard)
    assert not alive(stranger.pid)


async def test_a_number_that_was_collected_is_nobodys_any_more(guard: Guard, stranger: subprocess.Popen[bytes]) -> None:
    guard.__enter__()
    leaders.begun(stranger.pid)
    leaders.collected(stranger.pid)
    await leave(guard)
    assert alive(stranger.pid)


async def test_a_new_warden_is_told_what_its_predecessor_knew(guard: Guard, stranger: subprocess.Popen[bytes]) -> None:
    guard.__enter__()
    leaders.begun(stranger.pid)
    first = warden_of(guard)
    os.kill(first, signal.SIGKILL)
    await until(lambda: warden_of(guard) != first, "another warden")
    await leave(guard)
    assert not alive(stranger.pid)


async def test_a_warden_that_does_not_listen_is_replaced_and_never_waited_for(
    guard: Guard, stranger: subprocess.Popen[bytes]
) -> None:
    guard.__enter__()
    first = warden_of(guard)
    os.kill(first, signal.SIGSTOP)
    leaders.begun(stranger.pid)
    while alive(first):
        leaders.collected(2**31 - 1)  # which nobody is; more and more of it, until the pipe is full
    await until(lambda: warden_of(guard) != first, "another warden")
    await leave(guard)
    assert not alive(stranger.pid)


def test_a_warden_knows_whom_it_was_told_of_and_has_not_been_collected() -> None:
    pipe, end = os.pipe()
    os.write(end, warden.message([7, 2**31 - 1, 9]))
    os.write(end, warden.message([-7]))
    os.close(end)
    assert warden.leaders_left(pipe) == {2**31 - 1, 9}
    os.close(pipe)

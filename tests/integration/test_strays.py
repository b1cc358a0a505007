"""Looking for strays: attempts that end at once look together, and each acts on what it has seen alone."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from executor_kit import alive, until
from penstock_worker.executors import strays

Start = Callable[[str], subprocess.Popen[bytes]]


def marks(attempt: str) -> frozenset[bytes]:
    return frozenset({f"ATTEMPT={attempt}".encode()})


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a child of this process that looks like an adopted one of an attempt."""
    with ExitStack() as ended:

        def begin(attempt: str) -> subprocess.Popen[bytes]:
            process = ended.enter_context(subprocess.Popen(["sleep", "600"], env={"ATTEMPT": attempt}))
            ended.callback(process.kill)
            return process

        yield begin


async def test_each_attempt_kills_its_own_although_all_look_together(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[asyncio.AbstractEventLoop] = []
    look = strays._look

    def counted(loop: asyncio.AbstractEventLoop) -> None:
        looks.append(loop)
        look(loop)

    monkeypatch.setattr(strays, "_look", counted)
    await asyncio.gather(*(strays.kill_strays(marks(attempt)) for attempt in ("1", "2", "3")))
    assert len(looks) == 1
    first, second, other = start("1"), start("2"), start("4")
    await asyncio.gather(*(strays.kill_strays(marks(attempt)) for attempt in ("1", "2", "3")))
    assert [alive(process.pid) for process in (first, second, other)] == [False, False, True]


async def test_an_attempt_that_is_cancelled_as_it_looks_takes_nobodys_look_away(start: Start) -> None:
    stray = start("2")
    cancelled, other = (asyncio.create_task(strays.kill_strays(marks(attempt))) for attempt in ("1", "2"))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait_for(other, 5)
    assert not alive(stray.pid)


async def test_a_number_that_one_has_collected_is_nobodys_to_the_others(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "_FORGOTTEN_S", -1.0)
    dead = start("1")
    dead.kill()
    await until(lambda: not alive(dead.pid), "its end")
    asked: list[int] = []
    waitid = os.waitid

    def noted(kind: int, pid: int, how: int) -> object:
        asked.append(pid)
        return waitid(kind, pid, how)

    monkeypatch.setattr(os, "waitid", noted)
    await asyncio.gather(*(strays.kill_strays(marks(attempt)) for attempt in ("2", "3")))
    # Other tests may have left children that are dead too.
    assert asked.count(dead.pid) == 2  # whether it is dead, and its collection: by one of the two

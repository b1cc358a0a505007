import asyncio

import pytest

from penstock_worker.executors.base import Cancellation, Verdict, first_of


@pytest.fixture
async def done() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def begun(done: asyncio.Future[None], cancel: Cancellation, timeout_s: float | None) -> asyncio.Task[Verdict]:
    """Return a wait that has begun."""
    task = asyncio.create_task(first_of(done, cancel, timeout_s))
    while not cancel._callbacks:
        await asyncio.sleep(0)
    return task


async def test_the_end_of_an_attempt_is_noticed(done: asyncio.Future[None]) -> None:
    waiting = await begun(done, Cancellation(), 60)
    done.set_result(None)
    assert await waiting is Verdict.DONE


async def test_a_request_to_cancel_is_noticed(done: asyncio.Future[None]) -> None:
    cancel = Cancellation()
    waiting = await begun(done, cancel, None)
    cancel.set()
    assert await waiting is Verdict.CANCELLED


@pytest.mark.parametrize("timeout_s", [0, 0.001])
async def test_a_timeout_is_noticed(done: asyncio.Future[None], timeout_s: float) -> None:
    assert await first_of(done, Cancellation(), timeout_s) is Verdict.TIMED_OUT


async def test_what_is_done_wins_over_a_request_at_the_same_time(done: asyncio.Future[None]) -> None:
    cancel = Cancellation()
    waiting = await begun(done, cancel, None)
    cancel.set()
    done.set_result(None)
    assert await waiting is Verdict.DONE


async def test_what_happened_before_needs_no_waiting(done: asyncio.Future[None]) -> None:
    cancel = Cancellation()
    cancel.set()
    assert await first_of(done, cancel, None) is Verdict.CANCELLED
    done.set_result(None)
    assert await first_of(done, cancel, 0) is Verdict.DONE


async def test_a_wait_that_is_over_leaves_nothing_behind(done: asyncio.Future[None]) -> None:
    cancel = Cancellation()
    waiting = await begun(done, cancel, 60)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not cancel._callbacks
    assert not done.done()
    cancel.set()

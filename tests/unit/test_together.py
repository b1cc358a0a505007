"""What is awaited together ends together."""

import asyncio

import pytest

from penstock.together import together


class Slow:
    """Something that takes as long as the test wants, also to end when it is told to."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = False

    async def read(self) -> str:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(3):  # as a connection that is closed
                await asyncio.sleep(0)
            self.ended = True
        return "never"


async def say(what: str) -> str:
    await asyncio.sleep(0)
    return what


async def test_the_answers_come_in_the_order_of_the_questions() -> None:
    assert await together(say("a"), say("b"), say("c")) == ("a", "b", "c")


async def test_nothing_is_nothing() -> None:
    assert await together() == ()


async def test_a_failure_is_told_when_the_others_have_ended() -> None:
    slow = Slow()

    async def fail() -> str:
        await slow.begun.wait()
        raise LookupError("first")

    with pytest.raises(LookupError, match="first"):
        await together(slow.read(), fail())
    assert slow.ended


async def test_who_is_told_to_stop_has_stopped_when_all_have_ended() -> None:
    one, other = Slow(), Slow()
    waiting = asyncio.create_task(together(one.read(), other.read()))
    await one.begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (one.ended, other.ended) == (True, True)

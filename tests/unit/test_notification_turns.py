"""Requests to a target that wait for their turn: what holds when it comes, not when the wait began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from outbox_kit import NOW, complete, counted, noted
from penstock.store.base import Store
from penstock_scheduler.notifications import outbox as outbox_module
from penstock_scheduler.notifications.courier import AT_ONCE, Courier
from penstock_scheduler.notifications.outbox import Outbox
from receiver_kit import Receiver
from stack import eventually
from store_backends import MemoryBackend
from store_kit import fan, started


class Clock:
    """The server's, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def waiting_for_a_slot(courier: Courier, clock: Clock) -> AsyncIterator[Store]:
    """Have the news of a run wait, as long as the block lasts, until one of the target's slots is free."""
    store = MemoryBackend().store
    reign, _ = await started(store, fan(1))
    slots = courier.slot(courier.targets[0])
    told = Outbox(0, store, courier, clock)
    for _ in range(AT_ONCE):
        await slots.acquire()
    async with told.following(reign.engine.head):
        await noted(store, 0)
        await complete(store, reign, told)

        async def waits() -> bool:
            return bool(slots._waiters)

        await eventually(waits, "the news to wait for a slot")
        yield store


def release(courier: Courier) -> None:
    for _ in range(AT_ONCE):
        courier.slot(courier.targets[0]).release()


async def test_a_request_bears_the_time_at_which_it_is_sent_not_that_from_which_it_waited(
    receiver: Receiver, courier: Courier
) -> None:
    clock = Clock()
    async with waiting_for_a_slot(courier, clock):
        clock.now += 400_000
        release(courier)
        (request,) = await receiver.heard(1)
    assert request.headers["webhook-timestamp"] == str(clock.now // 1000)


async def test_what_became_too_old_while_it_waited_for_a_slot_is_not_sent(receiver: Receiver, courier: Courier) -> None:
    clock = Clock()
    expired = counted("expired")
    async with waiting_for_a_slot(courier, clock) as store:
        before = (await store.notified(0))["ops"].seq
        clock.now += 7 * 24 * 60 * 60 * 1000
        release(courier)
        await noted(store, before + 1)
    assert receiver.requests == []
    assert counted("expired") - expired == 1


async def test_the_end_of_a_tenure_does_not_wait_for_what_was_not_sent_yet(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "GRACE_SECONDS", 600.0)
    async with asyncio.timeout(30), waiting_for_a_slot(courier, Clock()):
        pass

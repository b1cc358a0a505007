"""Webhooks when a receiver or a scheduler does not do its part: told at least once, and no other waits for it."""

import asyncio
from pathlib import Path

import pytest

from fault_kit import service
from penstock.core.status import RunStatus
from penstock.ids import partition_of_run
from receiver_kit import FAILS, Receiver, Request, noted, open_receiver, target
from stack import Stack, eventually


async def test_who_was_away_is_told_when_it_is_back(stack: Stack, receiver: Receiver) -> None:
    await stack.scheduler(notify=[target(receiver)])
    await stack.worker()
    await receiver.stop()
    run = await stack.start(FAILS)
    assert await stack.ended(run) is RunStatus.FAILED
    await receiver.start()
    await receiver.heard(1)
    await noted(stack, run)
    assert receiver.told == [("run.failed", run)]


async def test_an_attempt_that_fails_is_repeated_with_the_same_id_and_a_fresh_signature(
    stack: Stack, receiver: Receiver
) -> None:
    answers = iter(["503 Service Unavailable", "429 Too Many Requests\r\nRetry-After: 1", "200 OK"])
    receiver.answer = lambda _request: next(answers)
    await stack.scheduler(notify=[target(receiver, secret=b"key")])
    await stack.worker()
    run = await stack.start(FAILS)
    await receiver.heard(3)
    await noted(stack, run)
    assert len({request.id for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert len(receiver.requests) == 3
    first, *_, last = receiver.requests
    assert first.headers["webhook-timestamp"] < last.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != last.headers["webhook-signature"]


@pytest.mark.parametrize("status", ["400 Bad Request", "410 Gone", "302 Found\r\nLocation: /elsewhere"])
async def test_who_refuses_is_not_asked_again_and_the_next_is_told(
    stack: Stack, receiver: Receiver, status: str
) -> None:
    answers = iter([status, "200 OK"])
    receiver.answer = lambda _request: next(answers)
    await stack.scheduler(notify=[target(receiver)])
    await stack.worker()
    refused, told = await stack.start(FAILS), await stack.again("fails")
    await noted(stack, refused)
    await noted(stack, told)
    assert len(receiver.requests) == 2
    assert {request.path for request in receiver.requests} == {"/hook"}
    assert {run for _, run in receiver.told} == {refused, told}


async def test_what_was_sent_but_not_noted_is_sent_again_with_the_same_id(
    stack: Stack, receiver: Receiver, tmp_path: Path
) -> None:
    targets = tmp_path / "targets.yaml"
    targets.write_text(f"- name: ops\n  url: {receiver.url}\n")
    await stack.worker()
    async with service(stack, "penstock_scheduler", PENSTOCK_NOTIFICATIONS=str(targets)) as first:

        async def dies_before_it_is_noted(_request: Request) -> str:
            first.kill()
            await first.wait()
            return "200 OK"

        receiver.answer = dies_before_it_is_noted
        run = await stack.start(FAILS)
        await receiver.heard(1)
        await first.wait()
    receiver.answer = lambda _request: "200 OK"
    await stack.scheduler(notify=[target(receiver)])
    await receiver.heard(2)
    await noted(stack, run)
    assert receiver.told == [("run.failed", run)] * 2
    assert len({request.id for request in receiver.requests}) == 1


async def test_what_is_sent_when_a_scheduler_stops_is_noted_and_not_sent_again(
    stack: Stack, receiver: Receiver
) -> None:
    first = await stack.scheduler(notify=[target(receiver)])
    await stack.worker()

    async def answers_when_the_end_has_begun(_request: Request) -> str:
        first.stop()
        await asyncio.sleep(0)
        return "200 OK"

    receiver.answer = answers_when_the_end_has_begun
    run = await stack.start(FAILS)
    await receiver.heard(1)
    await noted(stack, run)
    receiver.answer = lambda _request: "200 OK"
    await stack.scheduler(notify=[target(receiver)])
    again = await stack.again("fails")
    await noted(stack, again)
    assert receiver.told == [("run.failed", run), ("run.failed", again)]


async def test_a_target_that_never_answers_holds_up_neither_another_nor_the_end(
    stack: Stack, receiver: Receiver
) -> None:
    async with open_receiver() as stuck:

        async def never(_request: Request) -> str:
            await asyncio.Event().wait()
            return "200 OK"

        stuck.answer = never
        scheduler = await stack.scheduler(notify=[target(stuck, "stuck", timeout_seconds=60), target(receiver)])
        await stack.worker()
        run = await stack.start(FAILS)
        await stuck.heard(1)
        again = await stack.again("fails")
        await noted(stack, run)
        await noted(stack, again)
        assert {told for _, told in receiver.told} == {run, again}
        assert len(stuck.requests) == 1
        scheduler.stop()

        async def given_up() -> bool:
            return not await stack.store.schedulers()

        await eventually(given_up, "the scheduler to say goodbye")
        place = (await stack.store.notified(partition_of_run(run)))["stuck"]
        assert place.seq < (await stack.store.run_events(run, 0, 1000))[-1].seq


async def test_what_has_become_too_old_is_given_up_for_what_comes_after(stack: Stack, receiver: Receiver) -> None:
    receiver.answer = lambda _request: "500 Internal Server Error"
    await stack.scheduler(notify=[target(receiver, give_up_after_seconds=0.5)])
    await stack.worker()
    old = await stack.start(FAILS)
    await noted(stack, old)
    receiver.answer = lambda _request: "200 OK"
    new = await stack.again("fails")
    await noted(stack, new)
    assert receiver.told[-1] == ("run.failed", new)

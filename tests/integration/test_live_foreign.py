"""A refused fact stands in the log with whatever it called its run: those who watch are not sent away by it."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec
import pytest

from api_kit import Frame, serve_api, sse
from penstock.core.codec import encode_event
from penstock.core.events import RunCancelled
from penstock.ids import partition_of_dag
from stack import PARTITIONS, Held, Noop, Stack, dag, eventually
from store_kit import dag_id_in

FOREIGN = ("garbage", "0" * 26 + "-77")
"""No id of a run, and one of a partition that is not there."""
FAR_AHEAD = 50
"""Refused facts: they take the log of their partition to a seq that that of the run never has."""


@pytest.mark.parametrize("question", ["/events?digest=true", "/events?digest=true&dag_id=mine", "/events?dag_id=mine"])
async def test_a_stream_goes_on_after_a_fact_of_no_run_was_refused(stack: Stack, question: str) -> None:
    first = await stack.start(dag("mine", {"a": ()}))
    await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(first)
    keys = stack.store._db.keys[partition_of_dag("mine", PARTITIONS)]
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, question)) as stream:
        await anext(stream)
        for run_id in FOREIGN:
            await stack.store._db.command("XADD", keys.inbox, "*", "fact", encode_event(RunCancelled(run_id=run_id)))
        run_id = await stack.again("mine")
        told = ""
        while told != run_id:
            frame = await anext(stream)
            told = msgspec.json.decode(frame.data).get("run_id", "") if frame.data else ""


async def test_a_refused_fact_that_names_a_run_of_another_partition_does_not_keep_its_changes_from_the_digest(
    stack: Stack,
) -> None:
    held, mine = Held(), dag_id_in(0, PARTITIONS)
    run_id = await stack.start(dag(mine, {"a": ()}))
    await stack.scheduler()
    await stack.worker(held)
    await eventually(lambda: _holds(held, "a"), "the task to run")
    keys = stack.store._db.keys[1]
    async with serve_api(stack.store) as (api, _), aclosing(sse(api, "/events?digest=true")) as stream:
        await anext(stream)
        for _ in range(FAR_AHEAD):
            await stack.store._db.command("XADD", keys.inbox, "*", "fact", encode_event(RunCancelled(run_id=run_id)))
        beside = await stack.start(dag(dag_id_in(1, PARTITIONS), {"b": ()}))
        assert await told_of(stream, beside) != "succeeded"
        held.running["a"].set()
        while await told_of(stream, run_id) != "succeeded":
            pass


async def _holds(held: Held, task: str) -> bool:
    return task in held.running


async def told_of(stream: AsyncIterator[Frame], run_id: str) -> str:
    """Return the status of a run the next time that the stream tells of it."""
    async for frame in stream:
        told = msgspec.json.decode(frame.data) if frame.event == "Run" else {}
        if told.get("run_id") == run_id:
            return str(told["status"])
    raise AssertionError("the stream has ended")

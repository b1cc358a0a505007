"""A refused fact stands in the log with whatever it called its run: those who watch are not sent away by it."""

from contextlib import aclosing

import msgspec
import pytest

from api_kit import serve_api, sse
from penstock.core.codec import encode_event
from penstock.core.events import RunCancelled
from penstock.ids import partition_of_dag
from stack import PARTITIONS, Noop, Stack, dag

FOREIGN = ("garbage", "0" * 26 + "-77")
"""No id of a run, and one of a partition that is not there."""


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

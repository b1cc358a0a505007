"""A write whose answer is lost on the way is written once: the client does not repeat what it cannot know."""

import random
from urllib.parse import urlsplit

import pytest

from chaos.proxy import Link
from penstock.errors import StoreUnavailableError
from penstock.store.records import QueueEntry
from penstock.store.valkey import open_valkey
from stack import PARTITIONS, open_stack

CLAIM = QueueEntry(0, "default", 1, "01hf7ybf60bk899v7w6mp1808c-0", "a", 0, 1, "d", "v")


async def test_a_write_whose_answer_is_lost_is_written_once(server_url: str) -> None:
    port = urlsplit(server_url).port
    assert port is not None
    link = Link(port, random.Random(1))
    await link.open()
    try:
        async with open_stack(server_url) as stack:
            far = await open_valkey(
                server_url.replace(f":{port}", f":{link.port}"), prefix=stack.prefix, partitions=PARTITIONS
            )
            await far.append_output(CLAIM, 1, [(1, "stdout", "before")])  # from here on the server knows the script
            link.loss_rate = 1.0
            with pytest.raises(StoreUnavailableError):
                await far.append_output(CLAIM, 2, [(1, "stdout", "once")])
            assert link.lost_replies == 1
            lines = await stack.store.output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt, 0, 10)
            assert [line.text for line in lines] == ["before", "once"]
            await stack.store.append_output(CLAIM, 2, [(1, "stdout", "once"), (1, "stdout", "after")])
            lines = await stack.store.output(CLAIM.run_id, CLAIM.task_id, CLAIM.attempt, 0, 10)
            assert [line.text for line in lines] == ["before", "once", "after"]
            await far.close()
    finally:
        await link.close()

"""What tests of the digest share: its messages as they come, and events for it to tell of."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from api_kit import Frame
from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.store.valkey import ValkeyStore
from stack import PARTITIONS

BEGINNING = ",".join(f"{partition}:0" for partition in range(PARTITIONS))
DIGEST = "/events?digest=true"


async def told(stream: AsyncIterator[Frame], *kinds: str) -> tuple[Frame, Any]:
    """Return the next message of one of the kinds, and what it says."""
    async for frame in stream:
        if frame.event in kinds:
            return frame, msgspec.json.decode(frame.data)
    raise AssertionError("the stream has ended")


async def until_run(stream: AsyncIterator[Frame], run_id: str, status: str) -> tuple[Frame, Any]:
    """Return the message that tells that a run has reached a status."""
    while True:
        frame, run = await told(stream, "Run")
        if (run["run_id"], run["status"]) == (run_id, status):
            return frame, run


async def starts(store: ValkeyStore, run_ids: list[str]) -> None:
    """Put an event of each of the runs at the end of their log, as a commit would."""
    partition = int(run_ids[0].rpartition("-")[2])
    keys = store._db.keys[partition]
    seq = (await store.head(partition)).seq
    commands: list[tuple[str | int | bytes, ...]] = []
    for number, run_id in enumerate(run_ids, seq + 1):
        event = encode_event(e.RunStarted(run_id=run_id, at=number, cause="log:1"))
        commands.append(("XADD", keys.log, f"{number}-0", "event", event))
    await store._db.pipeline([*commands, ("HSET", keys.head, "seq", seq + len(run_ids))])

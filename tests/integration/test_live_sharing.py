"""What all viewers of the digest want is read once for all of them."""

import asyncio

import msgspec
import pytest

from penstock_api.live.digest import Digest
from penstock_api.live.hub import LiveHub
from penstock_api.live.positions import end_positions
from stack import PARTITIONS, Stack, dag


async def told(viewer: Digest) -> list[tuple[str, int]]:
    """Return the DAGs that the viewer is told of next, each with how many tasks it has."""
    while not (tick := await viewer.next(10)).dags:
        assert tick, "nothing came"
    return [(one["dag_id"], one["task_count"]) for one in map(msgspec.json.decode, tick.dags)]


async def test_dags_that_many_watch_are_read_once_for_each_registration(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.scheduler()
    asked = 0
    read = stack.store.dags

    async def counted() -> object:
        nonlocal asked
        asked += 1
        return await read()

    monkeypatch.setattr(stack.store, "dags", counted)
    positions = await end_positions(stack.store, range(PARTITIONS))
    hub = LiveHub(stack.store)
    async with hub.running():
        with hub.watching():
            viewers = [Digest(hub, dict(positions), dag_id=narrowed) for narrowed in ("", "", "", "one", "one")]
            await stack.start(dag("one", {"a": ()}))
            assert await asyncio.gather(*map(told, viewers)) == [[("one", 1)]] * len(viewers)
            assert asked == 1
            await stack.start(dag("one", {"a": (), "b": ()}))
            assert await asyncio.gather(*map(told, viewers)) == [[("one", 2)]] * len(viewers)
            assert asked == 2

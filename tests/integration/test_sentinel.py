"""A primary that Sentinels watch over."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cluster_kit import PASSWORD, Watched, in_time, open_watched
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store.valkey import open_valkey
from stack import Noop, Stack, dag, open_stack
from steady_load import ends, loaded, problems
from store_kit import fan

SPECS = [dag("work", {**fan(3), "last": ("t0", "t1", "t2")})]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A primary, its replica and a Sentinel."""
    with open_watched(Path(tmp_path_factory.mktemp("watched"))) as watched:
        yield watched


@pytest.fixture
async def stack(watched: Watched) -> AsyncIterator[Stack]:
    """A Penstock on the primary, whichever it is."""
    async with open_stack(watched.url) as opened:
        await opened.scheduler()
        await opened.worker(Noop())
        yield opened


async def test_a_service_that_no_sentinel_knows_is_said_to_be_unknown(watched: Watched) -> None:
    url = watched.url.replace("/it/", "/other/")
    with pytest.raises(StoreUnavailableError, match="does not know 'other'") as refused:
        await open_valkey(url, prefix="t", partitions=1)
    assert PASSWORD not in str(refused.value)


async def test_a_sentinel_that_is_away_is_passed_over(watched: Watched) -> None:
    store = await open_valkey(watched.url.replace("@", "@127.0.0.1:1,"), prefix="t", partitions=1)
    assert (await store.server()).servers == [watched.primary.address]
    await store.close()


async def test_a_primary_that_dies_under_load_is_replaced_and_what_its_replica_had_is_kept(
    watched: Watched, stack: Stack
) -> None:
    async with loaded(stack, SPECS) as load:
        kept = list(await load.more(20))
        await in_time(lambda: watched.primary.tell("WAIT", 1, 100) == 1, "the replica to have everything")
        await load.more(5)
        watched.primary.kill()
        await in_time(lambda: watched.replica.info("INFO replication")["role"] == "master", "the replica to take over")
        after = await load.more(20)
    assert load.refusals
    assert await ends(stack, kept) == {RunStatus.SUCCEEDED}
    # What the replica had not received is unknown to everybody; nothing of it is left half done.
    assert await ends(stack, load.acknowledged) <= {RunStatus.SUCCEEDED, None}
    assert await ends(stack, after) == {RunStatus.SUCCEEDED}
    assert await problems(stack) == []
    assert (await stack.store.server()).servers == [watched.replica.address]

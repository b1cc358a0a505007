"""What may be too much is noticed when it is: growth, leftovers, partitions that nobody takes over."""

import secrets
from collections.abc import AsyncIterator
from typing import cast

import pytest
from redis.asyncio import Redis

from chaos import leftovers, takeovers
from chaos.leftovers import check_leftovers
from chaos.server_use import ServerSample, server_use
from chaos.takeovers import Takeovers
from penstock.process import owner_prefix
from penstock.store.base import Store
from penstock.store.memory import MemoryStore

PID = 12345


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> str:
    """How the keys of a partition begin, in a deployment of the test's own."""
    prefix = f"t{secrets.token_hex(6)}"
    monkeypatch.setattr(leftovers, "PREFIX", prefix)
    return f"{prefix}:{{0}}"


@pytest.fixture
async def admin(server_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(server_url) as client:
        yield client


async def blamed(admin: Redis, dags: int) -> list[str]:
    found: list[str] = []
    await check_leftovers(admin, 1, dags, workers_died=True, blame=found.append)
    return found


async def test_definitions_that_nobody_registered_are_left_over(admin: Redis, base: str) -> None:
    for number in range(3):
        await admin.set(f"{base}:definition:{number}", "")
    assert await blamed(admin, 3) == []
    assert "3 keys definition; 2 at most" in (await blamed(admin, 2))[0]


async def test_keys_that_expire_are_not_left_over_however_many(admin: Redis, base: str) -> None:
    for number in range(3):
        await admin.set(f"{base}:idem:{number}", "", ex=60)
    assert await blamed(admin, 1) == []
    await admin.set(f"{base}:idem:0", "")
    assert "1 keys idem; 0 at most" in (await blamed(admin, 1))[0]


@pytest.mark.parametrize("taken_over", [True, False])
async def test_a_partition_that_nobody_takes_over_is_named(monkeypatch: pytest.MonkeyPatch, taken_over: bool) -> None:
    monkeypatch.setattr(takeovers, "LONGEST_SECONDS", 0)
    store, dead = MemoryStore(1, lambda: 0), owner_prefix("scheduler", PID)
    await store.take_over(0, "scheduler-heir" if taken_over else f"{dead}1", 1000)
    watched = Takeovers(cast("Store", store))
    await watched.watch(PID)
    assert watched.never == ([] if taken_over else [dead])


def samples(*costs: int) -> list[ServerSample]:
    """Return a hundred samples for each cost, in bytes, of an event."""
    used = 0
    found: list[ServerSample] = []
    for cost in costs:
        for _ in range(100):
            used += cost * 10
            found.append(ServerSample(used, 1.0, (len(found) + 1) * 10, len(found)))
    return found


def test_memory_that_grows_with_the_work_alone_is_not_blamed() -> None:
    use = server_use(samples(900, 500, 500, 500))
    assert use is not None
    assert (round(use.bytes_per_event[0]), round(use.bytes_per_event[1])) == (500, 500)
    assert not use.grows


def test_memory_that_grows_more_and_more_with_the_work_is_blamed() -> None:
    use = server_use(samples(500, 500, 600, 700))
    assert use is not None
    assert use.grows


def test_nothing_is_said_of_a_server_that_did_little() -> None:
    idle = samples(500)[-1:] * 500
    assert server_use(samples(500)[:40]) is None
    assert server_use(idle) is None
    assert server_use([]) is None

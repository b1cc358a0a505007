"""Opening the store on a server that does not do all it is asked for."""

import secrets
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from penstock.errors import StoreUnavailableError
from penstock.store.valkey import open_valkey


@pytest.fixture
async def forbidden_groups(server_url: str) -> AsyncIterator[str]:
    """The address for a user who may do everything but make consumer groups."""
    name = f"limited-{secrets.token_hex(4)}"
    async with Redis.from_url(server_url) as admin:
        await admin.execute_command("ACL", "SETUSER", name, "on", ">word", "~*", "+@all", "-xgroup")  # type: ignore[no-untyped-call]  # redis-py's
        yield server_url.replace(server_url.partition("://")[2].partition("@")[0], f"{name}:word")
        await admin.execute_command("ACL", "DELUSER", name)  # type: ignore[no-untyped-call]  # redis-py's


async def test_a_store_whose_groups_cannot_be_made_is_unavailable(forbidden_groups: str) -> None:
    with pytest.raises(StoreUnavailableError, match="xgroup"):
        await open_valkey(forbidden_groups, prefix=f"t{secrets.token_hex(6)}", partitions=1)


async def test_a_store_that_exists_is_opened_again(server_url: str) -> None:
    prefix = f"t{secrets.token_hex(6)}"
    for _ in range(2):
        store = await open_valkey(server_url, prefix=prefix, partitions=2)
        assert store.partitions == 2
        await store.close()

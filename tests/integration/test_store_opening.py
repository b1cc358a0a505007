"""Opening the store on a server that does not do all it is asked for, and without leaving a trace."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from penstock.errors import NotFoundError, StoreUnavailableError, UnfitServerError
from penstock.store.valkey import open_valkey


def new_prefix() -> str:
    return f"t{secrets.token_hex(6)}"


@asynccontextmanager
async def limited(server_url: str, *rules: str) -> AsyncIterator[str]:
    """The address for a user who may do everything but what the rules take away."""
    name = f"limited-{secrets.token_hex(4)}"
    async with Redis.from_url(server_url) as admin:
        await admin.execute_command("ACL", "SETUSER", name, "on", ">word", "~*", "+@all", *rules)  # type: ignore[no-untyped-call]  # redis-py's
        yield server_url.replace(server_url.partition("://")[2].partition("@")[0], f"{name}:word")
        await admin.execute_command("ACL", "DELUSER", name)  # type: ignore[no-untyped-call]  # redis-py's


async def keys_of(server_url: str, prefix: str) -> list[bytes]:
    async with Redis.from_url(server_url) as admin:
        return [key async for key in admin.scan_iter(f"{prefix}:*")]


async def test_a_store_whose_groups_cannot_be_made_is_unavailable(server_url: str) -> None:
    async with limited(server_url, "-xgroup") as url:
        with pytest.raises(StoreUnavailableError, match="xgroup"):
            await open_valkey(url, prefix=new_prefix(), partitions=1)


async def test_a_server_that_does_not_tell_its_configuration_is_used_and_said_not_to_tell(server_url: str) -> None:
    async with limited(server_url, "-config") as url:
        store = await open_valkey(url, prefix=new_prefix(), partitions=1)
        settings = await store.server()
        assert (settings.appendonly, settings.appendfsync) == ("yes", "unknown")
        assert (await store.condition()).sentences() == []
        await store.close()


async def test_a_server_that_never_syncs_its_file_is_refused_unless_one_insists(server_url: str) -> None:
    prefix = new_prefix()
    async with Redis.from_url(server_url) as admin:
        await admin.config_set("appendfsync", "no")
        try:
            with pytest.raises(UnfitServerError, match="an acknowledged write may be lost"):
                await open_valkey(server_url, prefix=prefix, partitions=1)
            assert await keys_of(server_url, prefix) == []
            await (await open_valkey(server_url, prefix=prefix, partitions=1, strict=False)).close()
        finally:
            await admin.config_set("appendfsync", "everysec")


async def test_a_store_that_exists_is_opened_again(server_url: str) -> None:
    prefix = new_prefix()
    for create in (True, True, False):
        store = await open_valkey(server_url, prefix=prefix, partitions=2, create=create)
        assert store.partitions == 2
        await store.close()


async def test_who_only_looks_makes_no_deployment_and_is_told_that_there_is_none(server_url: str) -> None:
    prefix = new_prefix()
    with pytest.raises(NotFoundError, match=prefix):
        await open_valkey(server_url, prefix=prefix, partitions=2, create=False)
    assert await keys_of(server_url, prefix) == []


async def test_how_a_partition_fares_is_told_also_by_a_server_that_refuses_writes(server_url: str) -> None:
    store = await open_valkey(server_url, prefix=new_prefix(), partitions=1)
    async with Redis.from_url(server_url) as admin:
        await admin.config_set("maxmemory", 1)
        try:
            assert any("out of memory" in fault for fault in (await store.condition()).sentences())
            assert (await store.health(0)).appended == 0
        finally:
            await admin.config_set("maxmemory", 0)
    await store.close()

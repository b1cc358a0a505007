"""How an inspection opens the store: to look at it, and without leaving a trace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from penstock.settings import Settings
from penstock.store.valkey import ValkeyStore, open_valkey


@asynccontextmanager
async def looking_at(settings: Settings) -> AsyncIterator[ValkeyStore]:
    """Open the store that the settings name. Nothing is made there, and a server unfit to be used may be looked at.

    Raises:
        NotFoundError: there is no deployment.
        StoreUnavailableError: no server answers.
    """
    store = await open_valkey(
        settings.redis_url, prefix=settings.key_prefix, partitions=settings.partitions, strict=False, create=False
    )
    try:
        yield store
    finally:
        await store.close()

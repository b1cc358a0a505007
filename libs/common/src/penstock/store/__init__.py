"""Where Penstock keeps everything: one interface, a real implementation and one in memory.

Nothing above this package knows Redis. ``base`` is the interface; ``open_store`` opens the one the settings name.
"""

import structlog

from penstock.backoff import Backoff
from penstock.errors import StoreUnavailableError
from penstock.settings import Settings
from penstock.store.base import Store
from penstock.store.valkey import open_valkey

_log = structlog.get_logger()


async def open_store(settings: Settings) -> Store:
    """Open the store that the settings name.

    Raises:
        UnfitServerError: the server must not be used as it is configured.
        StoreUnavailableError: no server answers.
    """
    return await open_valkey(settings.redis_url, prefix=settings.key_prefix, partitions=settings.partitions)


async def await_store(settings: Settings) -> Store:
    """Open the store as a service does: one that does not answer yet is waited for.

    Raises:
        UnfitServerError: the server must not be used as it is configured.
    """
    backoff = Backoff()
    while True:
        try:
            return await open_store(settings)
        except StoreUnavailableError as error:
            _log.warning("waiting for the store", error=str(error))
            await backoff.wait()

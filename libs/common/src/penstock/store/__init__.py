"""Where Penstock keeps everything: one interface, a real implementation and one in memory.

Nothing above this package knows Redis. ``base`` is the interface; ``open_store`` opens the one the settings name.
"""

from penstock.settings import Settings
from penstock.store.base import Store
from penstock.store.valkey import open_valkey


async def open_store(settings: Settings) -> Store:
    """Open the store that the settings name.

    Raises:
        UnfitServerError: the server must not be used as it is configured.
        StoreUnavailableError: no server answers.
    """
    return await open_valkey(settings.redis_url, prefix=settings.key_prefix, partitions=settings.partitions)

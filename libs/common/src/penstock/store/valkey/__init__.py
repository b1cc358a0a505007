"""The store on a Valkey or Redis server: streams, and Lua scripts as the only writers of a partition's state."""

from penstock.store.valkey.opening import open_valkey
from penstock.store.valkey.store import ValkeyStore

__all__ = ["ValkeyStore", "open_valkey"]

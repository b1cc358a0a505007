"""The store in memory: one process, no server. It says in plain Python what the scripts of the real store do."""

from penstock.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]

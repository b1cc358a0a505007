"""The key that decides where a command goes."""

from functools import lru_cache

from redis.crc import key_slot

from penstock.store.valkey.node import Command

_BEHIND_STREAMS = {"XREAD", "XREADGROUP"}
_PLACES = {"XINFO": 2, "XGROUP": 2, "LMPOP": 2, "BLMPOP": 3, "EVALSHA": 3, "EVAL": 3}
_SCRIPTS = {"EVALSHA", "EVAL"}


def key_of(command: Command) -> str:
    """Return the first key of a command; all its keys are of one slot.

    Raises:
        ValueError: it is a script without a key, which belongs to no server in particular.
    """
    name = str(command[0])
    if name in _BEHIND_STREAMS:
        return str(command[list(command).index("STREAMS") + 1])
    if name in _SCRIPTS and not command[2]:
        raise ValueError(f"{name} without a key: it has to be told where to go")
    return str(command[_PLACES.get(name, 1)])


def is_script(command: Command) -> bool:
    """Return whether a command may touch keys that it does not name."""
    return command[0] in _SCRIPTS


def slot_of(key: str) -> int:
    """Return the slot of a key."""
    opened = key.find("{") + 1
    closed = key.find("}", opened)
    return _slot(key[opened:closed] if opened and closed > opened else key)


@lru_cache(maxsize=4096)
def _slot(tag: str) -> int:
    return key_slot(tag.encode())

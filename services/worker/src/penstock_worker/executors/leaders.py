"""The processes that executors have started and collect themselves: each leads a session of its own.

The kernel keeps one list of children per process, so this is one per process too. Whoever has to outlive the worker
(the warden) hears of each leader when it has begun and when it has been collected. Until then its number cannot be
given to another process.
"""

from collections.abc import Callable

_known: set[int] = set()
_listeners: list[Callable[[int], None]] = []


def begun(pid: int) -> None:
    """Note a process that an executor has started and will collect itself."""
    _known.add(pid)
    for tell in _listeners:
        tell(pid)


def collected(pid: int) -> None:
    """Note that a process given to :func:`begun` has been collected, and its group with it."""
    _known.discard(pid)
    for tell in _listeners:
        tell(-pid)


def known() -> frozenset[int]:
    """Return the leaders that have not been collected. May be called from any thread."""
    return frozenset(_known)


def listen(tell: Callable[[int], None]) -> None:
    """Call ``tell`` with the pid of each leader from now on, and with its negative once that has been collected."""
    _listeners.append(tell)


def ignore(tell: Callable[[int], None]) -> None:
    """Call ``tell`` no more."""
    _listeners.remove(tell)

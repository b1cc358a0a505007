"""Processes that escaped: descendants of a task that left its process group.

A process that calls ``setsid`` is out of reach of a signal to the group. The worker therefore adopts orphans (Linux:
``PR_SET_CHILD_SUBREAPER``): once its parents are dead such a process is a child of the worker, and its environment
tells which attempt it belongs to. Looking costs one small file of ``/proc``, read once for all attempts that end in the
same turn of the event loop: it gets long where many run.

What adopts must also collect: a dead orphan would stay in the process table. Nobody but the parent can collect a
process, so its pid cannot be reused while it stands in our list of children, and signals sent from here never hit a
stranger. A process that leaves its group *and* hides its environment escapes this; only a container holds that.
"""

import asyncio
import contextlib
import os
import signal
import time
from weakref import WeakKeyDictionary

from penstock_worker.executors import leaders

_PATIENCE_S = 2.0
_POLL_S = 0.001

_STARTING_S = 0.05
"""A process has no environment for a moment while it takes over another executable; in this time we look again."""

_FORGOTTEN_S = 10.0
"""Whoever starts a process collects it within milliseconds; a dead child nobody came for in this time is an orphan."""

_CHUNK_BYTES = 64 * 1024

# The kernel keeps one list of children per process, so what we know about it is one per process too.
_spared: set[int] = set()
_silent_since: dict[int, float] = {}

# Our children that nobody here has started, as last seen and not collected since; and who waits in each loop for the
# next look at them.
_unknown: set[int] = set()
_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = WeakKeyDictionary()


def spare(pid: int) -> None:
    """Note a child of the worker that belongs to no attempt and is collected by whoever has started it."""
    _spared.add(pid)


def forget(pid: int) -> None:
    """Note that a process given to :func:`spare` has been collected."""
    _spared.discard(pid)


async def kill_strays(marks: frozenset[bytes]) -> None:
    """Kill and collect every adopted process whose environment has all ``marks``, and what it leaves behind.

    Gives up after two seconds: a process can be beyond signals (in a broken file system, or another user's).
    """
    deadline = time.monotonic() + _PATIENCE_S
    killed: set[int] = set()
    while time.monotonic() < deadline:
        await _seen()
        strays, unsure = _sort(marks, killed)
        for pid in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            killed.add(pid)
            if _collect(pid):
                killed.discard(pid)
        if not strays and not unsure:
            return
        await asyncio.sleep(_POLL_S)


def _sort(marks: frozenset[bytes], killed: set[int]) -> tuple[list[int], bool]:
    """Return the strays among our children, and whether there are processes that do not show yet what they are."""
    strays = []
    unsure = False
    for pid in tuple(_unknown):
        environment = _environment(pid)
        if pid in killed or marks <= environment:
            strays.append(pid)
        elif not environment:
            unsure |= _is_starting(pid)
    for pid in _silent_since.keys() - _unknown:
        del _silent_since[pid]
    return strays, unsure


async def _seen() -> None:
    """Return once our children have been looked at: in this turn of the loop, after everything else that it does."""
    loop = asyncio.get_running_loop()
    if not (waiting := _waiting.setdefault(loop, [])):
        loop.call_soon(_look, loop)
    looked = loop.create_future()
    waiting.append(looked)
    await looked


def _look(loop: asyncio.AbstractEventLoop) -> None:
    _unknown.clear()
    # Adopted processes become children of the main thread, whichever thread started their ancestor. The file depends
    # on how the kernel was built; without it strays are out of reach.
    with contextlib.suppress(OSError):
        listed = _read(f"/proc/self/task/{os.getpid()}/children")
        _unknown.update(set(map(int, listed.split())) - leaders.known() - _spared)
    for looked in _waiting.pop(loop):
        if not looked.done():  # else its attempt has been cancelled
            looked.set_result(None)


def _environment(pid: int) -> frozenset[bytes]:
    try:
        entries = _read(f"/proc/{pid}/environ")
    except OSError:  # gone meanwhile, or another user's
        entries = b""
    return frozenset(filter(None, entries.split(b"\0")))


def _read(path: str) -> bytes:
    """Return a whole file, in a third of the time of ``Path.read_bytes``."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = b""
        while piece := os.read(fd, _CHUNK_BYTES):
            data += piece
        return data
    finally:
        os.close(fd)


def _is_starting(pid: int) -> bool:
    """Tell whether a process without environment may get one; collect it where it is a forgotten dead one."""
    silent_s = time.monotonic() - _silent_since.setdefault(pid, time.monotonic())
    try:
        dead = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return False
    if dead and silent_s > _FORGOTTEN_S:
        _collect(pid)
    return not dead and silent_s < _STARTING_S


def _collect(pid: int) -> bool:
    try:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG) is None:
            return False
    except ChildProcessError:
        pass
    _unknown.discard(pid)  # from now on the number may be anybody's
    return True

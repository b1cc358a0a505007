"""The warden: a small process that outlives a killed worker just long enough to end what it left running.

It reads from a pipe whose other end only the worker holds, and is told on it which processes the worker has started as
leaders of sessions of their own, and which of those have been collected. However the worker ends, the pipe closes; then
every process is killed that is in the session of a leader, or bears the worker's name in its environment, wherever in
the process tree it has got to. A process that has a session of its own *and* hides its environment escapes this; only a
container holds that. Linux only.

It is run as a script, with nothing but the standard library: it starts at once, and there is little that can fail.
"""

import contextlib
import os
import signal
import sys
import time
from array import array
from collections.abc import Collection, Iterable
from pathlib import Path

MARK = "PENSTOCK_WORKER"
"""The variable by which a worker's processes are known."""

_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_QUIET_ROUNDS = 5
_CHUNK_BYTES = 64 * 1024


def message(numbers: Iterable[int]) -> bytes:
    """Return what tells a warden of leaders: the pid of one that has begun, its negative once it is collected."""
    return array("i", numbers).tobytes()


def leaders_left(pipe: int) -> set[int]:
    """Read messages until the worker has ended; return the leaders that it had not collected."""
    leaders: set[int] = set()
    while data := os.read(pipe, _CHUNK_BYTES):
        for number in array("i", data):
            if number > 0:
                leaders.add(number)
            else:
                leaders.discard(-number)
        time.sleep(_PAUSE_SECONDS)  # a busy worker does not wake this process for each task
    return leaders


def belonging(mark: bytes, leaders: Collection[int]) -> dict[int, int]:
    """Return the processes to end, with the session that each is in."""
    living = _living()
    living.pop(os.getpid(), None)
    return {pid: session for pid, session in living.items() if session in leaders or _bears(pid, mark)}


def end_all(mark: bytes, leaders: Collection[int]) -> None:
    """Kill what belongs to the worker until nothing was found for a while: a process may be about to start another."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    quiet = 0
    while quiet < _QUIET_ROUNDS and time.monotonic() < deadline:
        found = belonging(mark, leaders)
        quiet = 0 if found else quiet + 1
        # A whole group at once first: none of it gets to start another process in between. A leader's number cannot be
        # anybody else's, because somebody is still in its session.
        for leader in set(found.values()).intersection(leaders):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(leader, signal.SIGKILL)
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)


def _living() -> dict[int, int]:
    """Return every process that has not ended, with its session."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_bytes()
            except OSError:  # gone meanwhile
                continue
            state, _parent, _group, session, *_ = stat.rpartition(b")")[2].split()
            if state not in (b"Z", b"X"):
                found[int(folder.name)] = int(session)
    return found


def _bears(pid: int, mark: bytes) -> bool:
    """Tell whether the environment of a process has the entry ``mark``."""
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile, or another user's
        return False


def main() -> None:
    """Wait for the end of the worker, then end its processes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with its worker, not before
    leaders = leaders_left(sys.stdin.fileno())
    end_all(sys.argv[1].encode(), leaders)


if __name__ == "__main__":
    main()

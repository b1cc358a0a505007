"""The warden: a small process that outlives a killed worker just long enough to end what it left running.

It waits on a pipe whose other end only the worker holds. However the worker ends, the pipe closes; then every process
whose environment bears the worker's name is killed, wherever in the process tree it has got to. A process that hides
its environment escapes this; only a container holds that. Linux only.

It is run as a script, with nothing but the standard library: it starts at once, and there is little that can fail.
"""

import os
import signal
import sys
import time
from pathlib import Path

MARK = "PENSTOCK_WORKER"
"""The variable by which a worker's processes are known."""

_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_QUIET_ROUNDS = 5


def marked(mark: bytes) -> list[int]:
    """Return the processes whose environment has the entry ``mark``."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:  # gone meanwhile, or another user's
                continue
            if mark in environment.split(b"\0"):
                found.append(int(folder.name))
    return found


def end_all(mark: bytes) -> None:
    """Kill what bears the mark until nothing has been found for a while: a process may be about to start another."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    quiet = 0
    while quiet < _QUIET_ROUNDS and time.monotonic() < deadline:
        pids = marked(mark)
        quiet = 0 if pids else quiet + 1
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        time.sleep(_PAUSE_SECONDS)


def main() -> None:
    """Wait for the end of the worker, then end its processes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with its worker, not before
    sys.stdin.buffer.read()
    end_all(sys.argv[1].encode())


if __name__ == "__main__":
    main()

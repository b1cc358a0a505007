"""What the warm child processes have in common: how they come into being, and what they put back between calls."""

import io
import os
import sys
from pathlib import Path

from penstock_worker.executors.prctl import die_with_parent


def grow_up() -> tuple[int, int]:
    """Read the command line (REQUESTS ANSWERS PARENT), tie this process to the worker, and make it fit for calls.

    Returns:
        The file descriptors to read requests from and to write answers to; what a callable starts has neither.
    """
    requests, answers, parent = map(int, sys.argv[1:])
    del sys.argv[1:]
    die_with_parent(parent)
    for fd in (requests, answers):
        os.set_inheritable(fd, False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    # Only now, when this process has imported its own modules: the user's cannot stand in for those.
    sys.path.insert(0, str(Path.cwd()))
    return requests, answers


class Surroundings:
    """The working directory and the standard streams, as they were when this was made."""

    def __init__(self) -> None:
        self._directory = Path.cwd()
        self._streams = (sys.stdout, sys.stderr)

    def restore(self) -> bool:
        """Put back what a call may have changed; return False where something of it stays."""
        try:
            os.chdir(self._directory)
            sys.stdout, sys.stderr = self._streams
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # the directory is gone, or a stream is closed
            return False
        return True


def has_children() -> bool:
    """Tell whether this process has started others that it has not collected."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True

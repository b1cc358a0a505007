"""A tiny program that ties a command to the life of the process that starts it, then becomes that command.

``kill -9`` leaves no chance to clean up, so the kernel is asked beforehand to send a signal when the parent is
gone (``PR_SET_PDEATHSIG``; it survives ``exec``). It runs as a script of its own because code between fork and
exec is unsafe in a process with threads. It is Linux only: elsewhere the command is started untied.

The kernel watches the *thread* that started the child: start children from a thread that stays.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str | Path], end_by: signal.Signals = signal.SIGTERM) -> list[str]:
    """Return the command line that runs ``command`` tied to the calling process, at whose death it gets ``end_by``.

    The program is named by its full path. The pid stays the same, so it is the pid of the command itself.
    """
    # -I and -S: nothing but the standard library is needed, so neither packages nor the environment are read.
    tie = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(end_by.value)]
    return tie + [str(part) for part in command]


def _main(parent: int, end_by: int, command: list[str]) -> None:
    if sys.platform == "linux":
        if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, end_by, 0, 0, 0) != 0:
            sys.exit("the kernel refused PR_SET_PDEATHSIG")
        if os.getppid() != parent:  # it died before the tie was made, so no signal will come
            sys.exit("the starting process is gone")
    os.execv(command[0], command)  # noqa: S606  # becoming the given program is the purpose; no shell is wanted


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

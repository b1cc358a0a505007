"""What a process group hangs on: it is killed by the kernel when the worker ends, however that happens.

It is a pipe on which nothing is ever written. The group holds one end, open for signal-driven input (``O_ASYNC``) with
SIGKILL as the signal and the group as its receiver; the worker alone holds the other. When that is closed, and the end
of a process closes everything, the kernel announces the end of the input. This takes no other process, so it also
holds where the warden was killed together with the worker. It reaches the group as far as some process in it has kept
the file descriptor; who leaves the group is the warden's. Linux only.
"""

import contextlib
import fcntl
import os
import signal


class Tether:
    """The pipe by which one group hangs; costs a few microseconds. To be cut once the group is gone."""

    def __init__(self) -> None:
        """Make it.

        Raises:
            OSError: There are no file descriptors left.
        """
        self.end, held = os.pipe()
        self._open = [held, self.end]

    def tie(self, group: int) -> None:
        """Hang the group on it, whose leader has inherited ``end``; the worker gives that end up."""
        # The group is remembered as such, not by number: whoever gets the number later is not meant.
        with contextlib.suppress(OSError):  # a system without such signals still has the warden
            fcntl.fcntl(self.end, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(self.end, fcntl.F_SETOWN, -group)
            fcntl.fcntl(self.end, fcntl.F_SETFL, os.O_ASYNC)
        self._open.remove(self.end)
        os.close(self.end)

    def cut(self) -> None:
        """Let go, which kills what is left of the group. May be called again."""
        while self._open:
            os.close(self._open.pop())

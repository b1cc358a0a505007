"""A network of its own for a process, whose cable can be pulled: below TCP, where no proxy reaches.

A proxy answers for whoever it stands before: it accepts connections and acknowledges bytes even while it passes nothing
on. Here packets just disappear: connecting hangs, the kernel sends again and again what is not acknowledged, and who
dies meanwhile leaves connections behind that look alive at the other end.

A namespace has nothing but a loopback and lives as long as its file is open: nothing is left to clean up.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace. Whoever is in it can be reached through sockets that :meth:`listen` has made there.

    Raises:
        OSError: this process may not make one, or a tool or a part of the kernel that this takes is missing.
    """

    def __init__(self) -> None:
        self._nsenter, self._ip, self._tc = map(_tool, ("nsenter", "ip", "tc"))
        self._file = _in_thread(_new_network)
        try:
            self._run(self._ip, "link", "set", "lo", "up")
            self.unplug()  # not every kernel can
            self.plug()
        except OSError:
            self.close()
            raise

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command in the namespace, under the same pid."""
        return [self._nsenter, f"--net=/proc/{os.getpid()}/fd/{self._file}", "--", *command]

    def listen(self) -> socket.socket:
        """Return a socket that listens on a free port of the loopback in there."""
        return self._do(lambda: socket.create_server(("127.0.0.1", 0)))

    def unplug(self) -> None:
        """Let every packet disappear from now on, in both directions. It takes a while: not for an event loop."""
        self._run(self._tc, "qdisc", "replace", "dev", "lo", "root", "blackhole")

    def plug(self) -> None:
        """Let packets pass again; nothing changes when they do. It takes a while: not for an event loop."""
        self._run(self._tc, "qdisc", "replace", "dev", "lo", "root", "noqueue")

    def close(self) -> None:
        """Give the namespace up; it goes when the last process in it does."""
        os.close(self._file)

    def _do(self, act: Callable[[], T]) -> T:
        def entered() -> T:
            _check(_LIBC.setns(self._file, _CLONE_NEWNET))
            return act()

        return _in_thread(entered)

    def _run(self, *command: str) -> None:
        try:
            self._do(lambda: subprocess.run(command, check=True, capture_output=True, text=True))
        except subprocess.CalledProcessError as error:
            raise OSError(f"{' '.join(command)}: {error.stderr.strip()}") from error


def _new_network() -> int:
    _check(_LIBC.unshare(_CLONE_NEWNET))
    return os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)


def _in_thread(act: Callable[[], T]) -> T:
    """Do it in a thread of its own, because a thread cannot be trusted to find back to the network it came from."""
    answer: Future[T] = Future()

    def work() -> None:
        try:
            answer.set_result(act())
        except BaseException as error:  # noqa: BLE001  # it is raised where it was asked for
            answer.set_exception(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return answer.result()


def _check(code: int) -> None:
    if code:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _tool(name: str) -> str:
    if not (path := shutil.which(name)):
        raise FileNotFoundError(f"{name} is not installed")
    return path

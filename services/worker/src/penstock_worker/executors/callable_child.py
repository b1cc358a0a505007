"""A warm child process: ``python -m penstock_worker.executors.callable_child REQUESTS REPLIES PARENT``.

It reads calls from one pipe, makes them one after the other in its main thread, and answers on another pipe; stdin,
stdout and stderr are the callable's own. It ends when the worker closes the pipe, on SIGTERM, and with the worker.

Modules are imported once per child: code that is edited takes effect in children that start later. Between two calls
the environment, the working directory and the standard streams are put back; threads and module state are not.
"""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from penstock_worker.executors import protocol
from penstock_worker.executors.invocation import Stopped, invoke, stop
from penstock_worker.executors.prctl import die_with_parent

_STREAMS = (sys.stdout, sys.stderr)


def main() -> None:
    """Be a warm child process."""
    requests_fd, replies_fd, parent = map(int, sys.argv[1:])
    del sys.argv[1:]
    die_with_parent(parent)
    for fd in (requests_fd, replies_fd):
        os.set_inheritable(fd, False)
    for stream in _STREAMS:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    signal.signal(signal.SIGTERM, stop)
    # Only now, when this process has imported its own modules: the user's cannot stand in for those.
    sys.path.insert(0, str(Path.cwd()))
    with contextlib.suppress(Stopped):
        serve(os.fdopen(requests_fd, "rb"), os.fdopen(replies_fd, "wb"))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer calls until there are no more, or until one leaves this process unfit for another."""
    directory = Path.cwd()
    reusable = True
    while reusable and (call := protocol.read(requests, protocol.Call)) is not None:
        with _environment(call.env):
            reply = invoke(call)
        reusable = _restored(directory)
        replies.write(protocol.frame(msgspec.structs.replace(reply, reusable=reusable)))
        replies.flush()


@contextlib.contextmanager
def _environment(env: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _restored(directory: Path) -> bool:
    """Put back what a call may have changed; return False where something of it stays."""
    try:
        os.chdir(directory)
        sys.stdout, sys.stderr = _STREAMS
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # the directory is gone, or a stream is closed
        return False
    # The handler is replaced by the callable, or by itself once SIGTERM has arrived.
    return signal.getsignal(signal.SIGTERM) is stop and not _has_children()


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    main()

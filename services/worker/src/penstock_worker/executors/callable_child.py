"""A warm child process for one call at a time: ``python -m penstock_worker.executors.callable_child`` (see childhood).

It reads calls from one pipe, makes them one after the other in its main thread, and answers on another pipe; stdin,
stdout and stderr are the callable's own. It ends when the worker closes the pipe, on SIGTERM, and with the worker.

Modules are imported once per child: code that is edited takes effect in children that start later. Between two calls
the environment, the working directory and the standard streams are put back; threads and module state are not.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from penstock_worker.executors import protocol
from penstock_worker.executors.childhood import Surroundings, grow_up, has_children
from penstock_worker.executors.invocation import Stopped, invoke, stop


def main() -> None:
    """Be a warm child process."""
    requests_fd, replies_fd = grow_up()
    signal.signal(signal.SIGTERM, stop)
    with contextlib.suppress(Stopped):
        serve(os.fdopen(requests_fd, "rb"), os.fdopen(replies_fd, "wb"))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer calls until there are no more, or until one leaves this process unfit for another."""
    surroundings = Surroundings()
    reusable = True
    while reusable and (call := protocol.read_call(requests)) is not None:
        with _environment(call.env):
            reply = invoke(call)
        # The handler is replaced by the callable, or by itself once SIGTERM has arrived.
        reusable = surroundings.restore() and signal.getsignal(signal.SIGTERM) is stop and not has_children()
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


if __name__ == "__main__":
    main()

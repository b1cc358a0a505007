"""What a process is to others: its name in leases, claims and events, what its exit code says; and how it tidies up."""

import gc
import os
import secrets
import signal
import socket
import sys
from types import FrameType

STEPPED_ASIDE = 3
"""The exit code of a process that met what only a newer Penstock understands: start that one in its place."""

_COLLECT_EVERY = 10_000
"""Objects that must have become more before the garbage collector looks; Python's own 700 fit in what is under way."""


def process_name(role: str) -> str:
    """Return a name that no other process has, not even this one's successor under the same pid."""
    return owner_prefix(role, os.getpid()) + secrets.token_hex(3)


def owner_prefix(role: str, pid: int) -> str:
    """Return how the name begins that :func:`process_name` gives to the process of this machine with that pid."""
    return f"{role}-{socket.gethostname().split('.')[0]}-{pid}-"


def end_when_told() -> None:
    """End this process without failure on SIGTERM, until its event loop takes that signal over.

    To the first process of a container (pid 1) the kernel delivers no signal that has no handler: a service that still
    waits for its store would not stop before it is killed.
    """
    signal.signal(signal.SIGTERM, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def collect_rarely() -> None:
    """Have the garbage collector look less often: it would come in the midst of every batch of attempts or facts.

    What is under way then (tasks, futures, events) is seldom garbage, and nearly all of it goes by itself once it is
    over. The collector took a quarter of a worker's time.
    """
    gc.set_threshold(_COLLECT_EVERY)

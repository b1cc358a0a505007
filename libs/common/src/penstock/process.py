"""What a process is to others: its name in leases, claims and events, what its exit code says; and how it tidies up."""

import asyncio
import gc
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from penstock.errors import CannotListenError, InvalidInputError, NewerSchemaError, UnfitServerError
from penstock.logs import configure_logging

STEPPED_ASIDE = 3
"""The exit code of a process that met what only a newer Penstock understands: start that one in its place."""

NOT_STARTED = 1
"""The exit code of a process that cannot start as it is configured."""

_COLLECT_EVERY = 10_000
"""Objects that must have become more before the garbage collector looks; Python's own 700 fit in what is under way."""


def process_name(role: str) -> str:
    """Return a name that no other process has, not even this one's successor under the same pid."""
    return owner_prefix(role, os.getpid()) + secrets.token_hex(3)


def owner_prefix(role: str, pid: int) -> str:
    """Return how the name begins that :func:`process_name` gives to the process of this machine with that pid."""
    return f"{role}-{socket.gethostname().split('.')[0]}-{pid}-"


def end_when_told() -> None:
    """End this process without failure on SIGTERM, for as long as it has no event loop that takes the signal.

    To the first process of a container (pid 1) the kernel delivers no signal that has no handler: a service that still
    waits for its store would not stop before it is killed.
    """
    signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


@contextmanager
def left_when_told() -> Iterator[None]:
    """Leave what is awaited within by SystemExit(0) on SIGTERM: the same, in an event loop.

    A handler that raises would strike any callback of the loop, and some swallow whatever is raised.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = False

    def leave() -> None:
        nonlocal told
        told = True
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, leave)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        end_when_told()
    if told:
        sys.exit(0)


def collect_rarely() -> None:
    """Have the garbage collector look less often: it would come in the midst of every batch of attempts or facts.

    What is under way then (tasks, futures, events) is seldom garbage, and nearly all of it goes by itself once it is
    over. The collector took a quarter of a worker's time.
    """
    gc.set_threshold(_COLLECT_EVERY)


@contextmanager
def explained_exit(service: str) -> Iterator[None]:
    """Turn what ends a service on purpose into one line of its log and an exit code; anything else has a traceback."""
    try:
        yield
    except InvalidInputError as error:
        configure_logging(service)  # these are its settings: how to log is not known yet
        _end("the settings are wrong", error, NOT_STARTED)
    except (CannotListenError, UnfitServerError) as error:
        _end("cannot start", error, NOT_STARTED)
    except NewerSchemaError as error:
        _end("stepped aside for a newer Penstock", error, STEPPED_ASIDE)


def _end(event: str, error: Exception, code: int) -> None:
    structlog.get_logger().error(event, reason=str(error))
    sys.exit(code)

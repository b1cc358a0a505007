"""The contract between the worker and its executors.

An executor runs one attempt to its end and says how it ended. It knows no store and no queue; output leaves through an
:class:`OutputSink` while the attempt runs, and everything else it has to say is the :class:`Outcome`.
"""

import asyncio
import enum
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

import msgspec

from penstock.core.dag import TaskSpec
from penstock.core.events import TaskError

Stream = Literal["stdout", "stderr"]

_T = TypeVar("_T")


class Execution(msgspec.Struct, frozen=True):
    """What an executor needs to know of one attempt. ``traceparent`` names its span, if it is traced."""

    run_id: str
    dag_id: str
    attempt: int
    task: TaskSpec
    traceparent: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """How an attempt ended; ``returned``: through no fault of its own, and it shall have another try.

    ``exit_code`` is that of the process where there was one, 128 + n where signal n ended it. ``output`` is the return
    value of a callable as JSON; None where it returned None.
    """

    status: Literal["succeeded", "failed", "cancelled", "returned"]
    exit_code: int | None = None
    error: TaskError | None = None
    output: msgspec.Raw | None = None


class OutputSink(Protocol):
    """Takes the output of one attempt as it comes."""

    def write(self, stream: Stream, data: bytes) -> None:
        """Take a chunk of at most 64 KiB, cut anywhere. Must not block and must bound what it keeps."""


class Cancellation(asyncio.Event):
    """The request to end an attempt: an event that is set once, and calls whoever wants to be called."""

    def __init__(self) -> None:
        super().__init__()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Make the request."""
        super().set()
        for callback in self._callbacks:
            callback()

    def add_callback(self, callback: Callable[[], None]) -> None:
        """Call ``callback``, which must not change this list, when the request is made from now on."""
        self._callbacks.append(callback)

    def remove_callback(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` no more."""
        self._callbacks.remove(callback)


class Executor(Protocol):
    """Executes attempts, any number of them at once."""

    async def execute(self, execution: Execution, sink: OutputSink, cancel: Cancellation) -> Outcome:
        """Run one attempt to its end.

        Whatever the task does ends in an outcome, never in an exception. Nothing is written to the sink after the
        return. Setting ``cancel`` ends the attempt; so does the task's timeout. Cancelling the coroutine itself kills
        what was started and raises ``CancelledError``.
        """

    async def close(self) -> None:
        """Give up what is kept between attempts; call it once no attempt runs."""


class ExecutorSettings(msgspec.Struct, frozen=True):
    """What may be tuned in executors.

    Attributes:
        grace_s: Seconds between the request to end (SIGTERM) and the end (SIGKILL), at timeout and cancel.
        linger_s: Seconds in which output of a command's background processes is still waited for once it has ended.
        max_idle_children: Warm child processes for callables that are kept while nothing runs.
    """

    grace_s: float = 5.0
    linger_s: float = 0.2
    max_idle_children: int = 4


ExecutorFactory = Callable[[ExecutorSettings], Executor]
"""What an entry point of the group ``penstock.executors`` names."""


class Verdict(enum.Enum):
    """What came first."""

    DONE = enum.auto()
    CANCELLED = enum.auto()
    TIMED_OUT = enum.auto()


async def first_of(done: asyncio.Future[_T], cancel: Cancellation, timeout_s: float | None) -> Verdict:
    """Wait for the end of an attempt, the request to cancel it, or its timeout; ``done`` wins a tie."""
    if not done.done() and not cancel.is_set():
        await _woken(done, cancel, timeout_s)
    if done.done():
        return Verdict.DONE
    return Verdict.CANCELLED if cancel.is_set() else Verdict.TIMED_OUT


async def _woken(done: asyncio.Future[_T], cancel: Cancellation, timeout_s: float | None) -> None:
    # One future for all three: asyncio.wait and a task for the event take five times as long.
    loop = asyncio.get_running_loop()
    woken = loop.create_future()

    def wake(_done: object = None) -> None:
        if not woken.done():
            woken.set_result(None)

    timer = None if timeout_s is None else loop.call_later(timeout_s, wake)
    done.add_done_callback(wake)
    cancel.add_callback(wake)
    try:
        await woken
    finally:
        cancel.remove_callback(wake)
        done.remove_done_callback(wake)
        if timer is not None:
            timer.cancel()

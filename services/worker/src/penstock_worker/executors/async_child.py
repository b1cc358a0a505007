"""A warm child process for many calls at once: ``python -m penstock_worker.executors.async_child`` (see childhood).

It runs coroutine functions as tasks of one event loop. Each has its own variables and its own output (see
attempt_context); the working directory, modules and whatever they hold are shared. It ends when the worker closes the
pipe, on SIGTERM, and with the worker.
"""

import asyncio
import functools
import os
import signal
import sys
from contextvars import copy_context
from typing import Any

from msgspec.structs import replace

from penstock.core.events import TaskError
from penstock_worker.executors import protocol
from penstock_worker.executors.attempt_context import CURRENT, Attempt, AttemptEnviron, AttemptStream
from penstock_worker.executors.childhood import Surroundings, grow_up, has_children
from penstock_worker.executors.invocation import invoke_async
from penstock_worker.executors.protocol import Answer, Call, Cancel, Reply, Request, Unshareable

_CHUNK_BYTES = 256 * 1024


def main() -> None:
    """Be a warm child process."""
    requests, answers = grow_up()
    sys.stdout, sys.stderr = AttemptStream("stdout", sys.stdout), AttemptStream("stderr", sys.stderr)
    os.environ = AttemptEnviron(os.environ)  # type: ignore[assignment]  # noqa: B003  # that is the point
    asyncio.run(Child(requests, answers).serve())


class Child:
    """The calls under way. To be made before its event loop runs, and used inside it."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._buffer = protocol.requests()
        self._surroundings = Surroundings()
        self._calls: dict[int, asyncio.Task[Reply | None]] = {}
        self._unsaid: list[Answer] = []
        self._reusable = True

    async def serve(self) -> None:
        """Answer until the worker wants no more."""
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._loop.set_task_factory(_make_task)
        self._loop.add_signal_handler(signal.SIGTERM, self._end.set)
        self._loop.add_reader(self._requests, self._read)
        await self._end.wait()
        self._loop.remove_reader(self._requests)
        for task in self._calls.values():
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        self._speak()

    def _read(self) -> None:
        data = os.read(self._requests, _CHUNK_BYTES)
        if not data:
            self._end.set()
        for request in self._buffer.feed(data):
            self._do(request)

    def _do(self, request: Request) -> None:
        if isinstance(request, Call):
            self._begin(request)
        elif isinstance(request, Cancel):
            if request.number in self._calls:
                self._calls[request.number].cancel()
        else:
            self._say(protocol.Pong())

    def _begin(self, call: Call) -> None:
        attempt = Attempt(call.number, call.env, self._say)
        context = copy_context()
        context.run(CURRENT.set, attempt)
        task = self._loop.create_task(_alone(call), context=context)
        self._calls[call.number] = task
        task.add_done_callback(functools.partial(self._ended, call.number, attempt))

    def _ended(self, number: int, attempt: Attempt, task: asyncio.Task[Reply | None]) -> None:
        attempt.flush()
        del self._calls[number]
        # One that was cancelled before it could begin has not caught that.
        reply = Reply(error=TaskError("cancelled", "cancelled")) if task.cancelled() else task.result()
        if reply is None:
            self._say(Unshareable(number))
        else:
            self._say(replace(reply, number=number, shareable=True))

    def _say(self, answer: Answer) -> None:
        if not self._unsaid:
            self._loop.call_soon(self._speak)
        self._unsaid.append(answer)

    def _speak(self) -> None:
        """Write what there is to say in one go; it waits for the worker where the pipe is full."""
        answers, self._unsaid = self._unsaid, []
        self._reusable = self._reusable and not has_children() and (bool(self._calls) or self._surroundings.restore())
        if not self._reusable:
            answers = [replace(one, reusable=False) if isinstance(one, Reply) else one for one in answers]
        data = memoryview(b"".join(map(protocol.frame, answers)))
        while data:
            data = data[os.write(self._answers, data) :]


async def _alone(call: Call) -> Reply | None:
    """Make a call, and end the tasks that it leaves behind, as ``asyncio.run`` would."""
    reply = await invoke_async(call)
    attempt = CURRENT.get()
    if attempt is not None and attempt.tasks:
        left = list(attempt.tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    return reply


def _make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:  # noqa: ANN401  # asyncio's
    """Make a task that its attempt knows of."""
    task = asyncio.Task(coroutine, loop=loop, **options)
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.tasks.add(task)
        task.add_done_callback(attempt.tasks.discard)
    return task


if __name__ == "__main__":
    main()

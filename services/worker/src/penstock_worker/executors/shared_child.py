"""A warm child process in which any number of coroutine functions run at once, as seen from the worker."""

import asyncio
import secrets
from collections.abc import Sequence

from penstock_worker.executors import strays
from penstock_worker.executors.base import OutputSink, Stream
from penstock_worker.executors.channel import Channel
from penstock_worker.executors.protocol import Answer, Call, Cancel, Ping, Pong, Printed, Reply, Unshareable

_MODULE = "penstock_worker.executors.async_child"
_NAME = "PENSTOCK_CHILD"

SILENCE_S = 1.0
"""After so long without an answer to a ping, something blocks the event loop of the child."""


class SharedCall:
    """One call under way: ``answer`` gets what comes of it, None if the process ends before."""

    def __init__(self, call: Call, sink: OutputSink) -> None:
        self.call = call
        self.sink = sink
        self.answer: asyncio.Future[Reply | Unshareable | None] = asyncio.get_running_loop().create_future()


class SharedChild:
    """A process that makes calls of coroutine functions, all at the same time.

    It takes new calls as long as it is ``fit``. One that is not finishes what is under way, and is closed after that.
    What is printed past Python's streams (by a C library, by a process) goes to every call under way.
    """

    def __init__(self) -> None:
        """Start the process; calls may be sent at once.

        Raises:
            OSError: The system cannot start it.
        """
        name = secrets.token_hex(8)
        self._mark = f"{_NAME}={name}".encode()
        self._channel = Channel(_MODULE, self._write, self._heard, {_NAME: name})
        self._loop = asyncio.get_running_loop()
        self._calls: dict[int, SharedCall] = {}
        self._begun = 0
        self._reusable = True
        self._watch: asyncio.TimerHandle | None = None
        self._unanswered = False
        self._closing: asyncio.Future[None] | None = None
        self.blocked: Sequence[str] = ()
        """The callables under way when the child fell silent: one of them blocks it."""
        self.fallen: Sequence[str] = ()
        """The callables under way when the process ended."""
        self.guilty: SharedCall | None = None
        """The call for which the process was killed: it would not end."""

    @property
    def spent(self) -> bool:
        """True if the process must not take another call, as far as is known."""
        return not self._reusable or bool(self.blocked)

    @property
    def fit(self) -> bool:
        """True if the process can take another call."""
        # While calls are under way the end of the process is noticed by itself, and the question costs a system call.
        return not self.spent and (bool(self._calls) or self._channel.fit)

    @property
    def idle(self) -> bool:
        """True if nothing is under way."""
        return not self._calls

    @property
    def returncode(self) -> int | None:
        """How the process ended; known after :meth:`close`."""
        return self._channel.returncode

    def begin(self, target: str, metadata: dict[str, object], env: dict[str, str], sink: OutputSink) -> SharedCall:
        """Send a call."""
        self._begun += 1
        call = SharedCall(Call(target, metadata, env, self._begun), sink)
        self._calls[self._begun] = call
        self._channel.send(call.call)
        if self._watch is None:
            self._watch = self._loop.call_later(SILENCE_S, self._look)
        return call

    async def end(self, call: SharedCall, grace_s: float) -> None:
        """Have a call end: by request, and with the whole process if it has not within ``grace_s`` seconds."""
        self._channel.send(Cancel(call.call.number))
        await asyncio.wait((call.answer,), timeout=grace_s)
        if not call.answer.done():
            self.guilty = self.guilty or call
            await self._channel.kill()

    async def close(self, grace_s: float) -> None:
        """End the process, which makes no call any more, and what its calls have left behind. May be called again."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close(grace_s))
        await asyncio.shield(self._closing)

    async def _close(self, grace_s: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self._channel.terminate(grace_s)
        await strays.kill_strays(frozenset((self._mark,)))
        self._channel.close()

    def _heard(self, answer: Answer | None) -> None:
        if answer is None:
            self.fallen = self.fallen or [call.call.callable for call in self._calls.values()]
            self._reusable = False
            for number in list(self._calls):
                self._answer(number, None)
        elif isinstance(answer, Printed):
            if answer.number in self._calls:
                self._calls[answer.number].sink.write(answer.stream, answer.text.encode())
        elif isinstance(answer, Pong):
            self._unanswered = False
        else:
            self._reusable = self._reusable and (isinstance(answer, Unshareable) or answer.reusable)
            self._answer(answer.number, answer)

    def _answer(self, number: int, answer: Reply | Unshareable | None) -> None:
        call = self._calls.pop(number, None)
        if call is not None and not call.answer.done():
            call.answer.set_result(answer)

    def _look(self) -> None:
        """Ping while calls are under way; a ping that is not answered until the next look says that one blocks."""
        self._watch = None
        if not self._calls:
            self._unanswered = False
            return
        if self._unanswered and not self.blocked:
            self.blocked = [call.call.callable for call in self._calls.values()]
        if not self.blocked:
            self._unanswered = True
            self._channel.send(Ping())
            self._watch = self._loop.call_later(SILENCE_S, self._look)

    def _write(self, stream: Stream, data: bytes) -> None:
        for call in self._calls.values():
            call.sink.write(stream, data)

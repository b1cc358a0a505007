"""A warm child process that serves one attempt at a time, as seen from the worker."""

import asyncio

from penstock_worker.executors.base import OutputSink, Stream
from penstock_worker.executors.channel import Channel
from penstock_worker.executors.protocol import Answer, Reply

_MODULE = "penstock_worker.executors.callable_child"


class WarmChild:
    """A process that makes one call at a time, as often as it stays fit for another.

    What it prints belongs to the call that runs. Everything a call has written stands in the pipes before its reply
    does, so emptying them when it has ended separates one call's output from the next.
    """

    def __init__(self) -> None:
        """Start the process; the first call may be sent at once.

        Raises:
            OSError: The system cannot start it.
        """
        self._channel = Channel(_MODULE, self._write, self._heard)
        self._sink: OutputSink | None = None
        self._reply: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._reply.set_result(Reply())

    @property
    def fit(self) -> bool:
        """True if the process can take a call: the last one was answered and left nothing behind."""
        reply = self._reply.result() if self._reply.done() else None
        return reply is not None and reply.reusable and self._channel.fit

    @property
    def returncode(self) -> int | None:
        """How the process ended; known after :meth:`kill` or :meth:`terminate`."""
        return self._channel.returncode

    def begin(self, call: bytes, sink: OutputSink) -> asyncio.Future[Reply | None]:
        """Send a framed call; the future gets its reply, or None if the process fails to give one."""
        self._channel.drain()  # what threads of an earlier call have printed since belongs to nobody
        self._sink = sink
        self._reply = asyncio.get_running_loop().create_future()
        self._channel.send_framed(call)
        return self._reply

    def end_call(self) -> None:
        """Give the sink the rest of the call's output, and nothing more from then on."""
        self._channel.drain()
        self._sink = None

    async def terminate(self, grace_s: float) -> None:
        """Ask the process and its group to end; kill after ``grace_s`` seconds what has not."""
        await self._channel.terminate(grace_s)

    async def kill(self) -> None:
        """Kill the process and its group."""
        await self._channel.kill()

    def close(self) -> None:
        """Let go of what the worker holds of the process; call it after that is gone."""
        self._channel.close()
        self._sink = None

    def _write(self, stream: Stream, data: bytes) -> None:
        if self._sink is not None:
            self._sink.write(stream, data)

    def _heard(self, answer: Answer | None) -> None:
        # Only replies are expected of this kind of child; anything else was written by the callable itself.
        if not self._reply.done():
            self._reply.set_result(answer if isinstance(answer, Reply) else None)

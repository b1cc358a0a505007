"""The worker's side of one warm child process."""

import asyncio
import os
import sys
from contextlib import ExitStack

import msgspec

from penstock_worker.executors import environment
from penstock_worker.executors.base import OutputSink, Stream
from penstock_worker.executors.pipes import PipeReader, PipeWriter
from penstock_worker.executors.process import Process
from penstock_worker.executors.protocol import Reply, ReplyBuffer

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
        with ExitStack() as theirs, ExitStack() as undo:
            requests_end, requests = os.pipe()
            theirs.callback(os.close, requests_end)
            undo.callback(os.close, requests)
            replies, replies_end = os.pipe()
            undo.callback(os.close, replies)
            theirs.callback(os.close, replies_end)
            # -P: the working directory is put on sys.path by the child, after its own imports.
            argv = (sys.executable, "-P", "-m", _MODULE, str(requests_end), str(replies_end), str(os.getpid()))
            self._process = Process(argv, environment.inherited(), self._write, inherit=(requests_end, replies_end))
            undo.pop_all()
        self._requests = PipeWriter(requests)
        self._replies = PipeReader(replies, self._feed)
        self._buffer = ReplyBuffer()
        self._sink: OutputSink | None = None
        self._reply: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._reply.set_result(Reply())
        self._process.ended.add_done_callback(self._process_ended)

    @property
    def fit(self) -> bool:
        """True if the process can take a call: the last one was answered and left nothing behind."""
        reply = self._reply.result() if self._reply.done() else None
        return reply is not None and reply.reusable and not self._process.output_ended and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """True if the process is gone."""
        return self._process.has_ended

    @property
    def returncode(self) -> int | None:
        """How the process ended; known after :meth:`kill` or :meth:`terminate`."""
        return self._process.returncode

    def begin(self, call: bytes, sink: OutputSink) -> asyncio.Future[Reply | None]:
        """Send a framed call; the future gets its reply, or None if the process fails to give one."""
        self._process.drain()  # what threads of an earlier call have printed since belongs to nobody
        self._sink = sink
        self._reply = asyncio.get_running_loop().create_future()
        self._requests.write(call)
        return self._reply

    def end_call(self) -> None:
        """Give the sink the rest of the call's output, and nothing more from then on."""
        self._process.drain()
        self._sink = None

    async def terminate(self, grace_s: float) -> None:
        """Ask the process and its group to end; kill after ``grace_s`` seconds what has not."""
        await self._process.terminate(grace_s)

    async def kill(self) -> None:
        """Kill the process and its group."""
        await self._process.kill()

    def close(self) -> None:
        """Let go of what the worker holds of the process; call it after that is gone."""
        self._process.close()
        self._sink = None
        self._requests.close()
        self._replies.close()

    def _write(self, stream: Stream, data: bytes) -> None:
        if self._sink is not None:
            self._sink.write(stream, data)

    def _feed(self, data: bytes) -> None:
        try:
            reply = self._buffer.feed(data)
        except msgspec.DecodeError:  # the callable found the pipe and wrote to it
            self._answer(None)
            return
        if reply is not None:
            self._answer(reply)

    def _process_ended(self, _ended: asyncio.Future[None]) -> None:
        self._replies.drain()
        self._answer(None)

    def _answer(self, reply: Reply | None) -> None:
        if not self._reply.done():
            self._reply.set_result(reply)
